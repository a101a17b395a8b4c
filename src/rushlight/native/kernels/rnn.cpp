#include "rnn.hpp"

using namespace RL_NS;

RL_TABLE(RnnTable, rnn) = {
    {lstm<float>, lstm<double>},
    {lstm_backward<float>, lstm_backward<double>},
    {gru<float>, gru<double>},
    {gru_backward<float>, gru_backward<double>},
    {elman<float>, elman<double>},
    {elman_backward<float>, elman_backward<double>},
    {previous<float>, previous<double>},
};

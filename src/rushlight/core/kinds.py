"""Small enumerations that ops are described with."""

OPTION, TENSOR, OPTIONAL, LIST = range(4)               # kinds of a parameter
NO_PROMOTION, COMMON, FLOAT = range(3)                  # kinds of promotion
INPUT, OUTPUT, VALUE, SHAPE, DTYPE, NEEDS = range(6)    # where a saved value comes from

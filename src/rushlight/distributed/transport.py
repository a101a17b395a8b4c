"""Messages between the processes of a group: each holds one connection to a router, which the first process runs."""
import atexit
import os
import queue
import socket
import struct
import threading
import time

_HEADER = struct.Struct("!qqqq")         # destination or source, group, tag, length
_HELLO = struct.Struct("!q")


def _read(connection, size):
    data = bytearray(size)
    view = memoryview(data)
    while size:
        n = connection.recv_into(view[-size:], size)
        if not n:
            raise ConnectionError("connection closed")
        size -= n
    return data


class Router:
    """Passes messages on: one thread a process."""

    def __init__(self, host, port, world_size):
        self.listener = socket.create_server((host, port), backlog=world_size)
        self.port = self.listener.getsockname()[1]
        self.world_size = world_size
        self.connections, self.locks = {}, {}
        self.threads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while len(self.connections) < self.world_size:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            (rank,) = _HELLO.unpack(_read(connection, _HELLO.size))
            self.locks[rank] = threading.Lock()
            self.connections[rank] = connection
        self.listener.close()
        for connection in self.connections.values():
            connection.sendall(b"+")
        self.threads = [threading.Thread(target=self._route, args=item, daemon=True) for item in self.connections.items()]
        for thread in self.threads:
            thread.start()

    def finish(self, timeout):
        """Wait until every process has closed its connection, and all messages are passed on."""
        for thread in self.threads:
            thread.join(timeout)

    def _route(self, rank, connection):
        try:
            while True:
                to, group, tag, size = _HEADER.unpack(_read(connection, _HEADER.size))
                data = _read(connection, size)
                with self.locks[to]:
                    self.connections[to].sendall(_HEADER.pack(rank, group, tag, size))
                    self.connections[to].sendall(data)
        except OSError:                     # this process has ended; the others notice when they wait for it
            return


class Transport:
    """This process's connection: `send` and `receive` bytes by rank, group and tag."""

    def __init__(self, address, rank, world_size, timeout):
        self.rank, self.timeout = rank, timeout
        self.router = None
        if rank == 0:
            self.router = Router("" if address[0] not in ("localhost", "127.0.0.1") else address[0], address[1], world_size)
            address = (address[0], self.router.port)
        self.connection = _connect(address, timeout)
        self.connection.sendall(_HELLO.pack(rank))
        _read(self.connection, 1)                        # all processes are there
        self.connection.settimeout(None)
        self.sending = threading.Lock()
        self.boxes, self.changing = {}, threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()
        atexit.register(self.close)

    def _box(self, key):
        with self.changing:
            return self.boxes.setdefault(key, queue.SimpleQueue())

    def _listen(self):
        try:
            while True:
                source, group, tag, size = _HEADER.unpack(_read(self.connection, _HEADER.size))
                data = _read(self.connection, size)
                self._box((source, group, tag)).put(data)
        except OSError:                     # closed, here or there
            return

    def send(self, to, group, tag, data):
        """Send bytes to a rank."""
        data = memoryview(data).cast("B")
        if to == self.rank:
            self._box((to, group, tag)).put(bytearray(data))
            return
        with self.sending:
            self.connection.sendall(_HEADER.pack(to, group, tag, len(data)))
            self.connection.sendall(data)

    def receive(self, source, group, tag):
        """Return the next bytes from a rank; RuntimeError when none come in time."""
        try:
            return self._box((source, group, tag)).get(timeout=self.timeout)
        except queue.Empty:
            raise RuntimeError(f"Timed out waiting {int(self.timeout * 1000)}ms for recv operation to complete") from None

    def close(self):
        """End the connection; the process that runs the router waits for the others to end theirs."""
        atexit.unregister(self.close)
        try:
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:                     # closed already
            return
        if self.router is not None:
            self.router.finish(self.timeout)


def _connect(address, timeout):
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection = socket.create_connection(address, timeout=timeout)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except OSError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"The client socket has timed out after {int(timeout * 1000)}ms while trying to connect to "
                                   f"({address[0]}, {address[1]}): {error}") from None
            time.sleep(0.02)


def meet_at_file(path, rank, timeout):
    """Return the address of the first process, which writes it to the file."""
    if rank == 0:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        with open(f"{path}.{os.getpid()}", "w", encoding="ascii") as file:
            file.write(f"127.0.0.1 {port}")
        os.replace(f"{path}.{os.getpid()}", path)
        return "127.0.0.1", port
    deadline = time.monotonic() + timeout
    while not (os.path.exists(path) and os.path.getsize(path)):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Timed out waiting for the first process to write {path}")
        time.sleep(0.02)
    with open(path, encoding="ascii") as file:
        host, port = file.read().split()
    return host, int(port)

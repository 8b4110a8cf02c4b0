"""Records what libzmq and msgspec write for vLLM's events, byte by byte, in the forms of its versions.

    pip install msgspec==0.22.0 pyzmq==27.3.0
    python record.py

writes publisher.bin and router.bin, which are all that a subscriber and somebody who asks for missed batches are sent, and
expected.json, which says what is in it.
"""

import json
import socket
import struct
import time
from pathlib import Path
from typing import Any

import msgspec
import zmq

HERE = Path(__file__).parent
TOPIC = b"kv-events"
BLOCK = 4


# Until vLLM 0.9: lists, without medium and rank.
class Batch1(msgspec.Struct, array_like=True, omit_defaults=True):
    ts: float
    events: list[Any]


class Stored1(msgspec.Struct, array_like=True, omit_defaults=True, tag="BlockStored"):
    block_hashes: list[int]
    parent_block_hash: int | None
    token_ids: list[int]
    block_size: int
    lora_id: int | None


class Removed1(msgspec.Struct, array_like=True, omit_defaults=True, tag="BlockRemoved"):
    block_hashes: list[int]


# After it: lists with a medium, a rank, and hashes that may be bytes.
class Batch2(msgspec.Struct, array_like=True, omit_defaults=True):
    ts: float
    events: list[Any]
    data_parallel_rank: int | None = None


class Stored2(msgspec.Struct, array_like=True, omit_defaults=True, tag="BlockStored"):
    block_hashes: list[bytes | int]
    parent_block_hash: bytes | int | None
    token_ids: list[int]
    block_size: int
    lora_id: int | None
    medium: str | None
    lora_name: str | None
    extra_keys: list[tuple[Any, ...] | None] | None = None


class Removed2(msgspec.Struct, array_like=True, omit_defaults=True, tag="BlockRemoved"):
    block_hashes: list[bytes | int]
    medium: str | None


class Cleared2(msgspec.Struct, array_like=True, omit_defaults=True, tag="AllBlocksCleared"):
    pass


# Now: maps.
class Batch3(msgspec.Struct, omit_defaults=True):
    ts: float
    events: list[Any]
    data_parallel_rank: int | None = None


class Stored3(msgspec.Struct, omit_defaults=True, tag="BlockStored"):
    block_hashes: list[bytes | int]
    parent_block_hash: bytes | int | None
    token_ids: list[int]
    block_size: int
    lora_id: int | None
    medium: str | None
    lora_name: str | None
    extra_keys: list[tuple[Any, ...] | None] | None = None
    group_idx: int | None = None
    kv_cache_spec_kind: str | None = None


class Removed3(msgspec.Struct, omit_defaults=True, tag="BlockRemoved"):
    block_hashes: list[bytes | int]
    medium: str | None
    group_idx: int | None = None


class Cleared3(msgspec.Struct, omit_defaults=True, tag="AllBlocksCleared"):
    pass


def number(value: bytes | int | None) -> str | None:
    """As vLLM itself makes integers of bytes: the lowest 64 bits."""
    if value is None:
        return None
    if isinstance(value, bytes):
        value = int.from_bytes(value, "big")
    return str(value & (2**64 - 1))


def expected(event: Any) -> dict[str, Any] | str | None:
    kind = type(event).__name__
    if kind.startswith("Cleared"):
        return "cleared"
    if getattr(event, "medium", None) not in (None, "GPU"):
        return None
    hashes = [number(each) for each in event.block_hashes]
    if kind.startswith("Removed"):
        return {"removed": hashes}
    lora = getattr(event, "lora_name", None)
    return {"stored": hashes, "parent": number(event.parent_block_hash), "tokens": event.token_ids, "lora": lora}


def sha(seed: int) -> bytes:
    return bytes((seed * 37 + at * 11) % 256 for at in range(32))


BIG = 2**64 - 5
BATCHES: list[Any] = [
    Batch1(1.0, [Stored1([101, 102], None, [1, 2, 3, 4, 5, 6, 7, 8], BLOCK, None)]),
    Batch1(1.5, [Stored1([103], 102, [9, 10, 11, 12], BLOCK, 3), Removed1([103])]),
    Batch2(2.0, [Stored2([BIG], 102, [13, 14, 15, 16], BLOCK, None, "GPU", None)], 0),
    Batch2(2.5, [Stored2([sha(1), sha(2)], None, [20, 21, 22, 23, 24, 25, 26, 27], BLOCK, None, "GPU", None)], 0),
    Batch2(3.0, [Stored2([sha(3)], sha(2), [28, 29, 30, 31], BLOCK, None, "GPU", None), Removed2([sha(3)], "GPU")], 0),
    Batch2(3.5, [Stored2([200], None, [40, 41, 42, 43], BLOCK, None, "CPU", None), Removed2([200], "CPU")], 0),
    Batch2(4.0, [Stored2([201], None, [50, 51, 52, 53], BLOCK, 1, "GPU", "adapter", [("adapter",)])], 0),
    Batch3(5.0, [Stored3([sha(4)], sha(2), [60, 61, 62, 63], BLOCK, None, "GPU", None, None, 0, "full_attention")], 0),
    Batch3(5.5, [Removed3([sha(4)], "GPU", 0), Stored3([301], None, [70, 71, 72, 73], BLOCK, None, "GPU", None)], 0),
    Batch2(6.0, [Cleared2()], 0),
    Batch3(6.5, [Stored3([302], None, [74, 75, 76, 77], BLOCK, None, "GPU", None)], 0),
    Batch3(7.0, [Cleared3()], 0),
    Batch2(8.0, [Stored2(list(range(1000, 1200)), None, list(range(800)), BLOCK, None, "GPU", None)], 0),
]


def ready(kind: bytes) -> bytes:
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind + b"\x08Identity\0\0\0\0"
    return bytes([4, len(body)]) + body


def talk(port: int, kind: bytes, say: bytes, go: Any) -> bytes:
    """Everything that the other end sends to somebody who says `say`."""
    greeting = b"\xff" + bytes(7) + b"\x01\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(greeting)
        heard = connection.recv(64, socket.MSG_WAITALL)
        connection.sendall(ready(kind) + say)
        time.sleep(0.5)
        go()
        connection.settimeout(1)
        try:
            while piece := connection.recv(65536):
                heard += piece
        except TimeoutError:
            pass
        return heard


def main() -> None:
    context = zmq.Context()
    payloads = [msgspec.msgpack.encode(batch) for batch in BATCHES]
    publisher = context.socket(zmq.PUB)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")

    def publish() -> None:
        for sequence, payload in enumerate(payloads):
            publisher.send_multipart((TOPIC, sequence.to_bytes(8, "big"), payload))

    subscribe = bytes([0, 1 + len(TOPIC), 1]) + TOPIC
    (HERE / "publisher.bin").write_bytes(talk(port, b"SUB", subscribe, publish))

    router = context.socket(zmq.ROUTER)
    port = router.bind_to_random_port("tcp://127.0.0.1")

    def answer() -> None:
        client, _, start = router.recv_multipart()
        first = int.from_bytes(start, "big")
        for sequence, payload in enumerate(payloads):
            if sequence >= first:
                router.send_multipart((client, b"", sequence.to_bytes(8, "big"), payload))
        router.send_multipart((client, b"", (-1).to_bytes(8, "big", signed=True), b""))

    ask = bytes([1, 0]) + bytes([0, 8]) + (0).to_bytes(8, "big")
    (HERE / "router.bin").write_bytes(talk(port, b"DEALER", ask, answer))
    said = [[expected(event) for event in batch.events] for batch in BATCHES]
    (HERE / "expected.json").write_text(json.dumps(said) + "\n")


main()

"""The load generator tells what happened: each answer once, errors as such, time since due."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load import CUT_OFF, UNREACHABLE, Record, closed_loop, open_loop, upload

Answer = Callable[[int], bytes]


@asynccontextmanager
async def service(answer: Answer, seconds: float = 0.0) -> AsyncIterator[str]:
    """A server on a free port that answers the nth request with ``answer(n)`` after a while."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
                asked += 1
                text = answer(asked - 1)
                await asyncio.sleep(seconds)
                writer.write(text)
                if not text or b"connection: close" in text:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/predict"
    await asyncio.sleep(0.1)  # both ends of each connection close


def ok(_number: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def every_second_refused(number: int) -> bytes:
    refusal = b"HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    return refusal if number % 2 else ok(number)


def counts(record: Record) -> dict[int, int]:
    return {status: len(times) for status, times in record.milliseconds.items()}


def test_a_closed_loop_keeps_so_many_requests_under_way() -> None:
    async def main() -> Record:
        async with service(ok, seconds=0.05) as url:
            return await closed_loop(url, upload(url, b"x"), concurrency=4, seconds=0.5)

    record = asyncio.run(main())
    assert 24 <= counts(record)[200] <= 44
    assert min(record.milliseconds[200]) >= 50


def test_an_open_loop_asks_at_its_rate_whatever_becomes_of_it() -> None:
    async def main() -> tuple[Record, float]:
        async with service(ok, seconds=0.3) as url:
            began = time.perf_counter()
            record = await open_loop(url, upload(url, b"x"), rate=100, seconds=0.5)
            return record, time.perf_counter() - began

    record, elapsed = asyncio.run(main())
    assert counts(record) == {200: 50}
    assert 0.75 < elapsed < 2


def test_refusals_and_hang_ups_are_told_apart_from_answers() -> None:
    async def refused() -> Record:
        async with service(every_second_refused) as url:
            return await open_loop(url, upload(url, b"x"), rate=50, seconds=0.4)

    async def hung_up() -> Record:
        async with service(lambda number: b"" if number % 3 == 2 else ok(number)) as url:
            return await closed_loop(url, upload(url, b"x"), concurrency=1, seconds=0.2)

    async def never_answered() -> Record:
        async with service(lambda _number: b"") as url:
            return await open_loop(url, upload(url, b"x"), rate=50, seconds=0.1)

    assert counts(asyncio.run(refused())) == {200: 10, 503: 10}
    cut = counts(asyncio.run(hung_up()))
    assert set(cut) == {200, CUT_OFF}
    assert cut[200] == pytest.approx(2 * cut[CUT_OFF], abs=2)
    assert counts(asyncio.run(never_answered())) == {UNREACHABLE: 5}


def test_clients_give_up_when_nobody_listens() -> None:
    async def main() -> Record:
        async with service(ok) as url:
            pass
        return await closed_loop(url, upload(url, b"x"), concurrency=3, seconds=5)

    began = time.perf_counter()
    assert counts(asyncio.run(main())) == {UNREACHABLE: 3}
    assert time.perf_counter() - began < 4


def test_the_summary_counts_successes_alone_as_throughput() -> None:
    record = Record({200: [1.0, 2.0, 3.0], 503: [0.5]})
    summary = record.summary(seconds=2, cores=0.25)
    assert summary["throughput"] == 1.5
    assert summary["statuses"] == {"200": 3, "503": 1}
    milliseconds: Any = summary["milliseconds"]
    assert milliseconds["200"]["50"] == 2
    assert milliseconds["503"]["99"] == 0.5


@pytest.mark.parametrize("how", [("--concurrency", "2"), ("--rate", "20")])
def test_it_asks_the_real_service(
    how: tuple[str, str], server: str, face: bytes, tmp_path: Path
) -> None:
    picture = tmp_path / "face.jpg"
    picture.write_bytes(face)
    command = [sys.executable, "-m", "benchmarks.load", f"{server}/predict", str(picture), *how]
    told = json.loads(subprocess.check_output([*command, "--seconds", "1"]))
    assert set(told["statuses"]) == {"200"}
    assert told["throughput"] > 0
    assert 0 < told["generator_cores"] < 1

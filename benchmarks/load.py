"""The load generator: many clients on kept connections, and how long each request took.

    python -m benchmarks.load http://127.0.0.1:8000/predict face.jpg --concurrency 32 --seconds 10
    python -m benchmarks.load http://127.0.0.1:8000/predict face.jpg --rate 50 --seconds 10

With ``--concurrency`` each client asks again as soon as it is answered (closed loop); with
``--rate`` requests begin at even intervals whatever becomes of those before, and their time counts
from when they were due (open loop, so that a service that stalls cannot hide it). Requests are
bytes that were made beforehand and answers are not parsed, so that it takes a fraction of a core:
``generator_cores`` in the JSON that it prints says how much.
"""

import argparse
import asyncio
import json
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import uvloop

PERCENTILES = (50, 95, 99)
# In place of a status: hung up on where answers had come before, and where none ever came.
CUT_OFF, UNREACHABLE = 0, -1


@dataclass(slots=True)
class Record:
    """What became of the requests: ms by status."""

    milliseconds: dict[int, list[float]] = field(default_factory=dict)

    def add(self, status: int, began: float) -> None:
        """Note an answer to a request that was due at ``began``."""
        elapsed = (time.perf_counter() - began) * 1000
        self.milliseconds.setdefault(status, []).append(elapsed)

    def summary(self, seconds: float, cores: float) -> dict[str, object]:
        """Throughput of successes, percentiles by status, and what the generator took."""
        statuses = Counter({status: len(times) for status, times in self.milliseconds.items()})
        percentiles = {
            str(status): dict(
                zip(map(str, PERCENTILES), np.percentile(times, PERCENTILES), strict=True)
            )
            for status, times in self.milliseconds.items()
        }
        return {
            "throughput": statuses[200] / seconds,
            "statuses": {str(status): count for status, count in statuses.items()},
            "milliseconds": percentiles,
            "generator_cores": cores,
        }


class Client:
    """One kept connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._answered = False

    async def ask(self, request: bytes) -> int:
        """Send a request and read its answer; returns the status."""
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection(*self._address)
            except OSError:
                return UNREACHABLE
        reader, writer = self._streams
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            status = CUT_OFF if self._answered else UNREACHABLE
            self.close()
            return status
        self._answered = True
        if b"connection: close" in head:
            self.close()
        return int(head[9:12])

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams, self._answered = None, False


def upload(url: str, file: bytes) -> bytes:
    """The bytes of a multipart request."""
    request = httpx.Request("POST", url, files={"file": file})
    body = request.read()
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"POST {urlsplit(url).path} HTTP/1.1\r\n{headers}\r\n".encode() + body


async def closed_loop(url: str, request: bytes, concurrency: int, seconds: float) -> Record:
    """``concurrency`` clients; each asks again once it is answered, until nobody listens."""
    record, end = Record(), time.perf_counter() + seconds

    async def ask_on() -> None:
        client, status = Client(url), None
        while status != UNREACHABLE and (began := time.perf_counter()) < end:
            status = await client.ask(request)
            record.add(status, began)
        client.close()

    await asyncio.gather(*(ask_on() for _ in range(concurrency)))
    return record


async def open_loop(url: str, request: bytes, rate: float, seconds: float) -> Record:
    """``rate`` requests a second, on as many connections as it takes."""
    record, idle = Record(), list[Client]()
    start = time.perf_counter()

    async def ask_once(due: float) -> None:
        client = idle.pop() if idle else Client(url)
        record.add(await client.ask(request), due)
        idle.append(client)

    asking = []
    for number in range(round(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        asking.append(asyncio.create_task(ask_once(due)))
    await asyncio.gather(*asking)
    for client in idle:
        client.close()
    return record


def main() -> None:
    """Put the load on, and print what came of it as JSON."""
    parser = argparse.ArgumentParser(description="Put load on a service.")
    parser.add_argument("url")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--concurrency", type=int)
    how.add_argument("--rate", type=float)
    asked = parser.parse_args()
    request = upload(asked.url, asked.file.read_bytes())
    began, used = time.perf_counter(), _processor_seconds()
    if asked.rate:
        loop = open_loop(asked.url, request, asked.rate, asked.seconds)
    else:
        loop = closed_loop(asked.url, request, asked.concurrency, asked.seconds)
    record = uvloop.run(loop)
    elapsed = time.perf_counter() - began
    print(json.dumps(record.summary(elapsed, (_processor_seconds() - used) / elapsed)))


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()

"""Sends a service what hardly is a picture any more, or has it decoded here.

    python -m tests.fuzz.damaged --seconds 600
    python -m tests.fuzz.damaged --count 100000 --url http://localhost:8000

Prints how often each answer came, and the memory of a service before and after. Ends with status 1
at the first answer that is neither a prediction nor a problem with a status of 4xx, or that takes
too long; the file is kept in build/ and becomes a test. `--seed` and the number that is printed
make it again.
"""

import argparse
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import httpx

from service.errors import ImageError
from service.pictures import imaging
from tests.fuzz.mutate import mutated

SLOW = 10.0  # seconds, on a busy machine
KEPT = Path("build")


def decoded(data: bytes) -> str:
    try:
        imaging.decode(data)
    except ImageError as error:
        return error.code
    return "decoded"


def answered(client: httpx.Client, data: bytes) -> str:
    answer = client.post("/predict", files={"file": data}, timeout=60)
    if answer.status_code == 200:
        return "scored"
    if not answer.is_client_error:
        raise AssertionError(f"status {answer.status_code}: {answer.text}")
    return str(answer.json()["code"])


def memory(client: httpx.Client) -> float:
    """What the service holds, in MiB."""
    measured = re.search(r"^process_resident_memory_bytes (\S+)", client.get("/metrics").text, re.M)
    return float(measured[1]) / 2**20 if measured else math.nan


def fuzz(ask: Callable[[bytes], str], seed: int, most: float, seconds: float) -> Counter[str]:
    """Ask about one file after the other.

    Raises:
        AssertionError: one was answered as none should be; it is kept.
    """
    answers: Counter[str] = Counter()
    end = time.monotonic() + seconds
    for number in count():
        if number >= most or time.monotonic() > end:
            return answers
        data, began = mutated(seed, number), time.monotonic()
        try:
            answers[ask(data)] += 1
            assert time.monotonic() - began < SLOW, "it took too long"
        except Exception as error:
            KEPT.mkdir(exist_ok=True)
            path = KEPT / f"fuzz-{seed}-{number}"
            path.write_bytes(data)
            raise AssertionError(f"{path}: {error!r}") from error
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--count", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--url")
    asked = parser.parse_args()
    if asked.url:
        with httpx.Client(base_url=asked.url) as client:
            before = memory(client)
            answers = fuzz(partial(answered, client), asked.seed, asked.count, asked.seconds)
            sys.stdout.write(f"{before:9,.0f}  MiB before\n{memory(client):9,.0f}  MiB after\n")
    else:
        answers = fuzz(decoded, asked.seed, asked.count, asked.seconds)
    for code, times in answers.most_common():
        sys.stdout.write(f"{times:9,}  {code}\n")


if __name__ == "__main__":
    main()

"""What a page of another origin may ask, and which headers of the answer it may read."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from service.web import inference

TOLD = (
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-ID",
    inference.HEADER,
)


def install(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Let pages of ``origins`` ask ``app``, with any header: none is trusted without a key."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST"),
        allow_headers=("*",),
        expose_headers=TOLD,
        allow_private_network=True,  # some browsers ask that, too, and take no for no to all
    )

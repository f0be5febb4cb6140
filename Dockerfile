# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts, no tools, and not the Node of the optional packages: the final image has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
RUN mkdir /data

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY package.json ./
COPY proto ./proto
COPY gen ./gen
COPY src ./src
# The user of the image: a volume that is mounted here for the first time takes over the owner.
COPY --from=build --chown=65532:65532 /data /data
VOLUME /data

# Loopback is the container's own: to be reached from outside, numgate.yaml (read from /app) must name callers and
# `listen: 0.0.0.0:7070`. Without callers numgate refuses to listen there.
ENV NUMGATE_DATABASE=sqlite:/data/numgate.db
EXPOSE 7070
STOPSIGNAL SIGTERM
# There is no shell.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/nodejs/bin/node", "src/main.ts", "health"]
# The image's entry point is node.
CMD ["src/main.ts"]

# The service with its page. Not built in CI: no container engine runs there. Its steps are those of a fresh clone.
#   docker build -t unseen .
#   docker run --rm -v unseen:/data unseen tokens add /data/tokens.json --name me --scope admin
#   docker run -p 8080:8080 -v unseen:/data unseen
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/assets assets
RUN mkdir /data && chown node:node /data
USER node
# Collections, models and tokens. A collection's folder must be on a local disk: LMDB does not work on network file systems.
VOLUME /data
EXPOSE 8080
# SIGTERM: /readyz says 503, running requests end, collections are closed. `docker stop` waits 10 s by default: give it more.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve", "--root", "/data", "--host", "0.0.0.0", "--port", "8080", "--tokens", "/data/tokens.json"]

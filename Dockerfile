# Kaijo in a container: its own tree is root's and read-only, what it keeps is in /data.
#   docker build -t kaijo .
#   docker run --rm -e NODE_ENV=development -p 127.0.0.1:3978:3978 -p 127.0.0.1:3979-3980:3979-3980 kaijo    to look at it

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No scripts: none of what runs needs one, and the Node of node_modules is for machines that have none.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node

FROM node:24-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json tsconfig.json LICENSE ./
COPY bot bot
COPY content content
COPY dialogs dialogs
COPY locales locales
COPY unlock unlock
COPY web web
# What is mounted there must be writable for user 1000; compiled code goes to /tmp.
RUN mkdir --mode=700 /data && chown node:node /data
VOLUME /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3978 LINK_KEY_FILE=/data/link.key STORAGE_URL=sqlite:/data/kaijo.db
EXPOSE 3978
USER node
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process of the container and hears SIGTERM itself: no npm, no shell.
CMD ["node", "bot/index.ts"]

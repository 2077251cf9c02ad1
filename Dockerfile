# One image for all six services: compose gives each its command.
FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
RUN npm install --global pnpm@12

# Packages come by the lock file alone, so that a change of code leaves them in the cache.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
COPY patches patches
RUN pnpm fetch --prod

COPY package.json tsconfig.base.json ./
COPY packages packages
COPY services services
COPY scripts scripts
RUN pnpm install --prod --frozen-lockfile --offline
USER node

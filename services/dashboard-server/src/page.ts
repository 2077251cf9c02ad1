// Bundles the page when the server starts: nothing is built beforehand, and nothing is asked of any other host.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type OutputFile, stop } from 'esbuild'

/** One file of the page, ready to be answered. Its path holds a hash of its content, so it may be cached for ever. */
export interface PageFile {
  body: Uint8Array
  /** The same, compressed, for those who accept gzip. */
  gzip: Uint8Array
  type: string
  etag: string
}

export interface Page {
  html: string
  /** By the path it is asked for, like `/assets/main-ABCDEFGH.js`. */
  files: Map<string, PageFile>
}

const browser = fileURLToPath(new URL('../browser', import.meta.url))
const types = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' } as const

/** Rejects when the page's sources cannot be bundled, which is a bug. */
export async function bundlePage(): Promise<Page> {
  const { outputFiles } = await build({
    entryPoints: [`${browser}/main.tsx`, `${browser}/styles/page.css`],
    tsconfig: `${browser}/tsconfig.json`,
    outdir: '/assets',
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  // Its process would stay for as long as this one.
  await stop()
  const files = new Map(outputFiles.map((file) => [file.path, pageFile(file)]))
  const paths = [...files.keys()]
  return { html: html(pathOf(paths, '.css'), pathOf(paths, '.js')), files }
}

const pathOf = (paths: string[], ending: keyof typeof types): string => {
  const path = paths.find((candidate) => candidate.endsWith(ending))
  if (path === undefined) throw new Error(`the bundle has no ${ending} file`)
  return path
}

function pageFile({ path, contents }: OutputFile): PageFile {
  const type = path.endsWith('.css') ? types['.css'] : types['.js']
  const etag = `"${createHash('sha256').update(contents).digest('base64url').slice(0, 22)}"`
  return { body: contents, gzip: gzipSync(contents, { level: 9 }), type, etag }
}

const icon =
  '%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"%3E%3Crect width="32" height="32" rx="7" fill="%230a6b51"/%3E%3Cpath d="M4 17h6l3-8 5 15 4-10 2 3h4" fill="none" stroke="white" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/%3E%3C/svg%3E'

// No script or style stands in the markup itself: a strict Content-Security-Policy holds.
const html = (style: string, script: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Health Monitor</title>
<link rel="icon" href='data:image/svg+xml,${icon}'>
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<div id="page"><noscript>Health Monitor shows live values and needs JavaScript.</noscript></div>
</body>
</html>
`

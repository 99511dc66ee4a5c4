import { Router, type RequestHandler } from 'express';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { assetUrl } from '../http/pages/page-assets.js';
import { StaticAssets } from '../http/static-assets.js';

/** GraphiQL sets styles as it goes and carries its fonts as data. Scripts are files of ours, and it may call this origin alone. */
const explorerHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/**
 * GraphiQL at `/graphiql`, served whole from this origin. Mount it only where the explorer is on: it reads its files then.
 * It calls `/graphql` with the visitor's session, or with what they put in its header editor.
 */
export function explorer(): RequestHandler {
  const assets = new StaticAssets('/graphiql/assets/', {
    'graphiql.css': inPackage('graphiql', 'graphiql.min.css'),
    'start.css': ours('start.css'),
    // React 18: later packages hold no file that a browser can load as it is.
    'react.js': inPackage('react', 'umd/react.production.min.js'),
    'react-dom.js': inPackage('react-dom', 'umd/react-dom.production.min.js'),
    'graphiql.js': inPackage('graphiql', 'graphiql.min.js'),
    'start.js': ours('start.js'),
  });
  const style = (name: Parameters<typeof assets.url>[0]): string =>
    `<link rel="stylesheet" href="${assets.url(name)}">`;
  const script = (name: Parameters<typeof assets.url>[0]): string => `<script src="${assets.url(name)}"></script>`;

  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API explorer · Gatehouse</title>
<link rel="icon" type="image/svg+xml" href="${assetUrl('gatehouse.svg')}">
${style('graphiql.css')}
${style('start.css')}
</head>
<body>
<main id="explorer"><p>The explorer is loading. It needs JavaScript; the API itself does not.</p></main>
<script type="application/graphql" id="welcome">
${readFileSync(ours('welcome.graphql'), 'utf8')}</script>
${script('react.js')}
${script('react-dom.js')}
${script('graphiql.js')}
${script('start.js')}
</body>
</html>
`;

  return Router()
    .use(assets.handler())
    .get('/graphiql', (_request, response) => {
      response.set(explorerHeaders).type('html').send(page);
    });
}

function ours(file: string): string {
  return path.join(import.meta.dirname, 'explorer', file);
}

function inPackage(name: string, file: string): string {
  return path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
}

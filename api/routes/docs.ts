import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Condition } from '../problem.ts';
import { problemCodes } from '../problem-codes.ts';
import { newRouter, type Router } from '../router.ts';

const require = createRequire(import.meta.url);
const assetsFolder = (): string => (require('swagger-ui-dist/absolute-path.js') as () => string)();
const problemsFolder = fileURLToPath(new URL('../../docs/problems', import.meta.url));

const assets: { [name: string]: string } = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Caseloom API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The documentation for people: the API's page, with everything it loads served from here, and the problems. */
export const docsRoutes = (): Router => {
  const router = newRouter();
  // Who opens the printed address in a browser is shown what there is.
  router.get('/', (c) => c.redirect('/docs'));
  router.get('/docs', (c) => c.html(page, 200, { 'content-security-policy': policy }));
  router.get('/docs/start.js', (c) =>
    c.body(start, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  router.get('/docs/assets/:name', async (c) => {
    const name = c.req.param('name');
    const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (type === undefined) {
      throw new Condition('NOT_FOUND', 'There is nothing at this address.');
    }
    const bytes = await readFile(join(assetsFolder(), name));
    return c.body(new Uint8Array(bytes), 200, { 'content-type': type, 'cache-control': 'max-age=3600' });
  });
  router.get('/problems/:code', (c) => {
    const code = c.req.param('code');
    if (!Object.hasOwn(problemCodes, code)) {
      throw new Condition('NOT_FOUND', 'There is no such problem.');
    }
    const text = readFileSync(join(problemsFolder, `${code}.md`), 'utf8');
    return c.body(text, 200, { 'content-type': 'text/markdown; charset=utf-8' });
  });
  return router;
};

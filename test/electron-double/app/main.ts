import { app, protocol } from 'electron';

/*
 * The smallest app: a scheme of its own and nothing else. Specs drive Electron's API in it through `evaluate`.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'";
const PAGES: Record<string, { type: string; body: string }> = {
  '/index.html': {
    type: 'text/html',
    body:
      '<!doctype html><title>First</title><h1>Page</h1><a id="stay" href="/second.html">Stay</a>' +
      '<a id="leave" href="https://example.org/left">Leave</a><a id="mail" href="mailto:ada@example.com">Mail</a>' +
      '<a id="own" href="demo-app://app/second.html">Own scheme</a>' +
      '<a id="blank" href="https://example.org/blank" target="_blank">Blank</a><p id="text">Words to select</p>' +
      '<input id="field"><script src="/page.js"></script>',
  },
  '/second.html': { type: 'text/html', body: '<!doctype html><title>Second</title><h1>Second</h1>' },
  '/framed.html': {
    type: 'text/html',
    body: '<!doctype html><title>Framed</title><iframe src="/second.html"></iframe>',
  },
  '/page.js': { type: 'text/javascript', body: 'window.seenAtStart = typeof window.api;' },
};

protocol.registerSchemesAsPrivileged([
  { scheme: 'demo-app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
const seen: string[] = [];
Object.assign(globalThis, { seen });
if (app.requestSingleInstanceLock({ from: 'second' })) {
  app.on('second-instance', (_event, argv, _folder, data) => {
    seen.push(`second-instance ${argv.at(-1) ?? ''} ${JSON.stringify(data)}`);
  });
  app.on('window-all-closed', () => seen.push('window-all-closed'));
  void app.whenReady().then(() => {
    seen.push('ready');
    protocol.handle('demo-app', (request) => {
      const page = PAGES[new URL(request.url).pathname];
      if (!page) return new Response('Nothing here', { status: 404 });
      return new Response(page.body, {
        headers: { 'content-type': page.type, 'content-security-policy': POLICY },
      });
    });
  });
} else app.quit();

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, forget, openWindow, PAGE, seenBy, test, windowOf } from './fixtures.ts';

/** Runs text in the page's own world. */
const inPage = <T>(page: Page, text: string): Promise<T> => page.evaluate<T>(text);

test.describe('the preload script', () => {
  test('runs before the page, in a world of its own, and only what is bridged comes through', async ({
    run,
    pageOf,
  }) => {
    await openWindow(run);
    const page = await pageOf(run);
    expect(await inPage(page, 'window.seenAtStart')).toBe('object');
    expect(
      await inPage(
        page,
        `[typeof require, typeof process, typeof module, typeof ipcRenderer, typeof exports]`,
      ),
    ).toEqual(Array(5).fill('undefined'));
    expect(await inPage(page, 'api.process()')).toEqual(['renderer', 'undefined', 'undefined']);
    const added = await inPage(
      page,
      `(() => { const frame = document.createElement('iframe'); document.body.append(frame);
        const clean = new Set(Object.getOwnPropertyNames(frame.contentWindow)); frame.remove();
        return Object.getOwnPropertyNames(window).filter((name) => !clean.has(name) && !/^(0|seenAtStart|__)/.test(name)); })()`,
    );
    expect(added).toEqual(['api']);
    expect(
      await inPage(page, '(() => { try { return api.badModule(); } catch (e) { return e.message; } })()'),
    ).toContain("not in the double: require('fs')");
  });

  test('bridges frozen values, functions both ways, promises and errors', async ({ run, pageOf }) => {
    await run.evaluate(({ ipcMain }) => {
      ipcMain.handle('echo', (_event, value: unknown) => value);
      ipcMain.handle('fail', () => {
        throw new RangeError('too far');
      });
    });
    await openWindow(run);
    const page = await pageOf(run);
    const frozen =
      '[Object.isFrozen(api), Object.isFrozen(api.nested), Object.isFrozen(api.nested.list), api.nested.when.getTime()]';
    expect(await inPage(page, frozen)).toEqual([true, true, true, 0]);
    expect(
      await inPage(
        page,
        '(() => { try { "use strict"; window.api = 1; } catch {} return typeof window.api; })()',
      ),
    ).toBe('object');
    expect(await inPage(page, 'api.add(2, 3)')).toBe(5);
    expect(
      await inPage(
        page,
        '(() => { try { api.fail(); } catch (e) { return [e instanceof TypeError, e.message]; } })()',
      ),
    ).toEqual([true, 'no']);
    expect(await inPage(page, 'api.describe(new Map())')).toBe('[object Map]');
    expect(
      await inPage(
        page,
        `api.invoke('echo', { m: new Map([['k', new Set([1n])]]), d: new Date(5), u: undefined, n: NaN })
        .then((v) => [v.m instanceof Map, v.m.get('k').has(1n), v.d.getTime(), 'u' in v, Number.isNaN(v.n)])`,
      ),
    ).toEqual([true, true, 5, true, true]);
    expect(
      await inPage(
        page,
        `(() => { const v = { deep: {} }; v.deep.self = v; return api.invoke('echo', v).then((r) => r.deep.self === r); })()`,
      ),
    ).toBe(true);
    const words = (call: string): Promise<string> =>
      inPage(page, `${call}.then(() => 'no error', (e) => e.message)`);
    expect(await words(`api.invoke('fail')`)).toBe(
      "Error invoking remote method 'fail': RangeError: too far",
    );
    expect(await words(`api.invoke('nobody')`)).toBe(
      "Error invoking remote method 'nobody': Error: No handler registered for 'nobody'",
    );
    expect(await words(`api.invoke('echo', Symbol.iterator)`).catch(String)).toContain('could not be cloned');
  });

  test('hears what the main process sends, until it stops listening', async ({ run, pageOf }) => {
    await openWindow(run);
    const page = await pageOf(run);
    await inPage(page, 'window.heard = []; window.stop = api.listen((...args) => heard.push(args)); null');
    await run.control.sendTo(1, 'event', 'a', { b: [1] });
    await expect.poll(() => inPage(page, 'heard')).toEqual([['a', { b: [1] }]]);
    await inPage(page, 'stop(); null');
    await run.control.sendTo(1, 'event', 'c');
    expect(await inPage(page, 'heard.length')).toBe(1);
  });

  test('is not run in frames, and the sender is the main frame under its own address', async ({
    run,
    pageOf,
  }) => {
    await run.evaluate(({ ipcMain, BrowserWindow }) => {
      ipcMain.handle('who', ({ sender, senderFrame }) => [
        senderFrame?.url,
        senderFrame === sender.mainFrame,
        senderFrame?.parent,
        BrowserWindow.fromWebContents(sender)?.id,
      ]);
    });
    await openWindow(run, {}, 'demo-app://app/framed.html');
    const page = await pageOf(run);
    expect(await inPage(page, `api.invoke('who')`)).toEqual(['demo-app://app/framed.html', true, null, 1]);
    const frame = page.frames()[1]!;
    expect(await frame.evaluate('typeof window.api')).toBe('undefined');
  });
});

test.describe('pages of a scheme', () => {
  test('come from the handler with status and policy', async ({ run, pageOf }) => {
    await openWindow(run);
    const page = await pageOf(run);
    expect(await inPage(page, `fetch('/page.js').then((r) => r.status)`)).toBe(200);
    expect(await inPage(page, `fetch('/none').then((r) => r.status)`)).toBe(404);
    expect(await inPage(page, 'isSecureContext')).toBe(true);
    // The page's own policy forbids it: a page asks through an element, since evaluated text is not judged.
    const blocked = await inPage(
      page,
      `new Promise((done) => { document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));
        const s = document.createElement('script'); s.textContent = 'window.inline = 1'; document.body.append(s); })`,
    );
    expect(blocked).toBe('script-src-elem');
    expect(await inPage(page, 'typeof window.inline')).toBe('undefined');
  });
  test('must be registered before ready', async ({ run }) => {
    const words = await run.evaluate(({ protocol }) => {
      try {
        protocol.registerSchemesAsPrivileged([{ scheme: 'late', privileges: { standard: true } }]);
        return '';
      } catch (error) {
        return String(error);
      }
    });
    expect(words).toContain('before app is ready');
  });
  test('get the permissions the handlers give', async ({ run, pageOf }) => {
    await run.evaluate(({ session }) => {
      session.defaultSession.setPermissionCheckHandler(
        (_c, permission) => permission === 'clipboard-sanitized-write',
      );
    });
    await openWindow(run);
    const page = await pageOf(run);
    const state = (name: string): Promise<string> =>
      inPage(page, `navigator.permissions.query({ name: '${name}' }).then((p) => p.state)`);
    expect([
      await state('clipboard-write'),
      await state('notifications'),
      await state('geolocation'),
    ]).toEqual(['granted', 'denied', 'denied']);
  });
});

test.describe('navigation', () => {
  const guard = (run: Parameters<typeof seenBy>[0]): Promise<void> =>
    run.evaluate(({ app }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      app.on('web-contents-created', (_event, contents) => {
        contents.on('will-frame-navigate', (details) => {
          seen.push(`will-frame-navigate ${details.isMainFrame} ${details.url}`);
          if (!details.url.startsWith('demo-app:') && !details.url.includes('127.0.0.1'))
            details.preventDefault();
        });
        contents.on('will-navigate', (details) => seen.push(`will-navigate ${details.url}`));
        contents.on('will-redirect', (details) => {
          seen.push(`will-redirect ${details.url}`);
          details.preventDefault();
        });
      });
    });
  const navigations = async (run: Parameters<typeof seenBy>[0]): Promise<string[]> =>
    (await seenBy(run)).filter((each) => /^(will|open)/.test(each));

  test('asked for by the page is told and can be refused; loadURL is not told', async ({ run, pageOf }) => {
    await guard(run);
    await openWindow(run);
    const page = await pageOf(run);
    expect(await navigations(run)).toEqual([]);
    await page.click('#leave');
    await expect.poll(() => navigations(run)).toEqual(['will-frame-navigate true https://example.org/left']);
    expect((await windowOf(run))?.url).toBe(PAGE);
    await forget(run);
    await page.click('#mail');
    await expect.poll(() => navigations(run)).toEqual(['will-frame-navigate true mailto:ada@example.com']);
    await forget(run);
    await page.click('#stay');
    await expect.poll(() => windowOf(run)).toMatchObject({ url: 'demo-app://app/second.html' });
    expect(await navigations(run)).toEqual([
      'will-frame-navigate true demo-app://app/second.html',
      'will-navigate demo-app://app/second.html',
    ]);
    await run.evaluate(({ BrowserWindow }, url) => BrowserWindow.fromId(1)?.loadURL(url), PAGE);
    await page.click('#own');
    await expect.poll(() => windowOf(run)).toMatchObject({ url: 'demo-app://app/second.html' });
  });

  test('of frames is told as such', async ({ run }) => {
    await guard(run);
    await openWindow(run, {}, 'demo-app://app/framed.html');
    await expect
      .poll(() => navigations(run))
      .toEqual(['will-frame-navigate false demo-app://app/second.html']);
  });

  test('by a server’s redirect can be refused', async ({ run, pageOf }) => {
    const server = createServer((request, response) => {
      if (request.url === '/go') response.writeHead(302, { location: '/there' });
      response.end('<!doctype html>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await guard(run);
    await openWindow(run);
    const page = await pageOf(run);
    await inPage(page, `void (location.href = '${origin}/go')`);
    await expect.poll(() => navigations(run)).toContain(`will-redirect ${origin}/there`);
    expect((await windowOf(run))?.url).toBe(PAGE);
    server.close();
  });

  test('into a new window goes to the handler, and none opens', async ({ run, pageOf }) => {
    await openWindow(run);
    const page = await pageOf(run);
    await page.click('#blank');
    await expect.poll(() => navigations(run)).toEqual(['open https://example.org/blank']);
    await inPage(page, `window.open('https://example.org/opened', 'name', 'width=100'); null`);
    await expect.poll(() => navigations(run)).toContain('open https://example.org/opened');
    await page.click('#leave', { modifiers: ['Control'] });
    await expect.poll(() => navigations(run)).toContain('open https://example.org/left');
    await expect.poll(() => page.context().pages().length).toBe(1);
    expect(await run.control.windows()).toHaveLength(1);
  });

  test('that fails rejects loadURL', async ({ run }) => {
    await openWindow(run);
    const words = await run.evaluate(({ BrowserWindow }) =>
      BrowserWindow.fromId(1)!
        .loadURL('http://127.0.0.1:1/')
        .then(() => '', String),
    );
    expect(words).toContain('ERR_');
    expect(words).toContain("loading 'http://127.0.0.1:1/'");
  });
});

test.describe('a page', () => {
  test('that crashes is told, and is whole again after reload', async ({ run, pageOf }) => {
    await openWindow(run);
    await run.evaluate(({ BrowserWindow }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      const contents = BrowserWindow.fromId(1)!.webContents;
      contents.on('render-process-gone', (_event, { reason }) => {
        seen.push(`gone ${reason}`);
        contents.reload();
      });
      contents.on('did-finish-load', () => seen.push('loaded'));
    });
    await run.control.crash(1);
    await expect.poll(() => seenBy(run)).toEqual(expect.arrayContaining(['gone crashed', 'loaded']));
    const page = await pageOf(run);
    expect(await inPage(page, '[document.title, api.add(1, 1)]')).toEqual(['First', 2]);
  });

  test('shows the context menu of the app', async ({ run, pageOf }) => {
    await openWindow(run);
    await run.evaluate(({ BrowserWindow, Menu }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      const window = BrowserWindow.fromId(1)!;
      window.webContents.on('context-menu', (_event, { linkURL, isEditable, selectionText }) => {
        const menu = Menu.buildFromTemplate([
          { label: 'Note', click: () => seen.push(`${linkURL}|${isEditable}|${selectionText}`) },
        ]);
        menu.popup({ window });
      });
    });
    const page = await pageOf(run);
    const noted: string[] = [];
    for (const [selector, before] of [
      ['#leave'],
      ['#field'],
      ['#text', `getSelection().selectAllChildren(document.querySelector('#text'))`],
    ]) {
      if (before !== undefined) await inPage(page, before);
      await page.click(selector!, { button: 'right' });
      await expect.poll(() => run.control.popup()).not.toBeNull();
      await run.control.clickPopup('Note');
      noted.push((await seenBy(run)).at(-1)!);
    }
    expect(noted).toEqual(['https://example.org/left|false|', '|true|', '|false|Words to select']);
  });

  test('follows the theme', async ({ run, pageOf }) => {
    await openWindow(run);
    const page = await pageOf(run);
    const dark = (): Promise<boolean> => inPage(page, `matchMedia('(prefers-color-scheme: dark)').matches`);
    expect(await dark()).toBe(false);
    await run.evaluate(({ nativeTheme }) => void (nativeTheme.themeSource = 'dark'));
    await expect.poll(dark).toBe(true);
    await run.evaluate(({ nativeTheme }) => void (nativeTheme.themeSource = 'system'));
    await expect.poll(dark).toBe(false);
    await run.control.set({ systemDark: true });
    await expect.poll(dark).toBe(true);
  });
});

import { execFileSync } from 'node:child_process';
import { expect, forget, openWindow, seenBy, test, windowOf } from './fixtures.ts';

const mapState = (environment: Record<string, string>, xid: number): string =>
  /Map State: (\w+)/.exec(
    execFileSync('xwininfo', ['-id', String(xid)], { env: { ...process.env, ...environment } }).toString(),
  )?.[1] ?? '';

test.describe('a window', () => {
  test('with show: false is on no screen and has no focus, yet paints; show() brings it with the focus', async ({
    run,
    desktop,
    pageOf,
  }) => {
    await openWindow(run, { show: false });
    await expect.poll(() => seenBy(run)).toContain('ready-to-show');
    expect(await desktop.xdotool('get_desktop')).toBe('0');
    const hidden = (await windowOf(run))!;
    expect(hidden).toMatchObject({ visible: false, focused: false });
    expect(mapState(desktop.environment, hidden.xid)).not.toBe('IsViewable');
    expect(await seenBy(run)).not.toContain('show');
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.show());
    await expect.poll(() => windowOf(run)).toMatchObject({ visible: true, focused: true });
    expect(mapState(desktop.environment, hidden.xid)).toBe('IsViewable');
    const page = await pageOf(run);
    await expect.poll(() => page.evaluate('document.hasFocus()')).toBe(true);
    const seen = await seenBy(run);
    expect(seen.filter((each) => each !== 'ready-to-show')).toEqual(['ready', 'show', 'focus']);
  });

  test('follows the window manager: focus, blur, minimise, restore, hide, maximise', async ({
    run,
    desktop,
    pageOf,
  }) => {
    await openWindow(run);
    await expect.poll(() => windowOf(run)).toMatchObject({ visible: true, focused: true });
    const page = await pageOf(run);
    const { xid } = (await windowOf(run))!;
    await forget(run);
    await desktop.lookAway();
    await expect.poll(() => seenBy(run)).toEqual(['blur']);
    await expect.poll(() => page.evaluate('document.hasFocus()')).toBe(false);
    await desktop.activate(xid);
    await expect.poll(() => seenBy(run)).toEqual(['blur', 'focus']);
    await expect.poll(() => page.evaluate('document.hasFocus()')).toBe(true);

    await forget(run);
    await desktop.xdotool('windowminimize', String(xid));
    await expect.poll(async () => (await seenBy(run)).sort()).toEqual(['blur', 'minimize']);
    expect(await windowOf(run)).toMatchObject({ minimised: true, visible: true, focused: false });
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.restore());
    await expect.poll(() => windowOf(run)).toMatchObject({ minimised: false, focused: true });

    await forget(run);
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.hide());
    await expect.poll(async () => (await seenBy(run)).sort()).toEqual(['blur', 'hide']);
    expect(mapState(desktop.environment, xid)).not.toBe('IsViewable');
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.show());
    await expect.poll(() => windowOf(run)).toMatchObject({ visible: true, focused: true });

    const before = (await windowOf(run))!.bounds;
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.maximize());
    await expect.poll(() => windowOf(run)).toMatchObject({ maximised: true });
    const normal = await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.getNormalBounds());
    expect(normal).toEqual(before);
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.unmaximize());
    await expect.poll(() => windowOf(run)).toMatchObject({ maximised: false });
  });

  test('opens where it is told and keeps its own title against the page’s', async ({ run, desktop }) => {
    await run.evaluate(({ app }) => {
      app.on('browser-window-created', (_event, window) => {
        window.on('page-title-updated', (event) => event.preventDefault());
      });
    });
    await openWindow(run, { x: 100, y: 120, width: 640, height: 480, title: 'Mine' });
    await expect.poll(() => windowOf(run)).toMatchObject({ visible: true });
    expect(await windowOf(run)).toMatchObject({
      title: 'Mine',
      bounds: { x: 100, y: 120, width: 640, height: 480 },
    });
    const { xid } = (await windowOf(run))!;
    await expect.poll(() => desktop.xdotool('getwindowname', String(xid))).toBe('Mine');
  });
});

test.describe('closing', () => {
  test('asks first and takes no for an answer; destroy() does not ask', async ({ run }) => {
    await openWindow(run);
    await run.evaluate(({ BrowserWindow }) => {
      BrowserWindow.fromId(1)?.on('close', (event) => event.preventDefault());
    });
    await run.control.closeButton(1);
    expect(await seenBy(run)).toContain('close');
    expect(await windowOf(run)).toBeDefined();
    await forget(run);
    await run.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.destroy());
    await expect.poll(() => seenBy(run)).toContain('window-all-closed');
    expect((await seenBy(run)).filter((each) => each !== 'blur')).toEqual(['closed', 'window-all-closed']);
    expect(run.running()).toBe(true);
  });

  test('a destroyed window throws Electron’s words', async ({ run }) => {
    await openWindow(run);
    const words = await run.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.fromId(1)!;
      const closed = new Promise((done) => window.once('closed', () => done(null)));
      window.destroy();
      await closed;
      try {
        window.isVisible();
        return 'nothing';
      } catch (error) {
        return `${String(error)} ${window.isDestroyed()}`;
      }
    });
    expect(words).toBe('TypeError: Object has been destroyed true');
  });

  test('quit: before-quit, close, closed, will-quit, quit, and no window-all-closed', async ({ run }) => {
    await openWindow(run);
    await run.evaluate(({ app }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      let first = true;
      app.on('before-quit', (event) => {
        seen.push('before-quit');
        if (first) event.preventDefault();
        first = false;
      });
      app.on('will-quit', () => seen.push('will-quit'));
      app.on('quit', (_event, code) => {
        seen.push(`quit ${code}`);
        console.log(JSON.stringify(seen));
      });
      seen.length = 0;
      app.quit();
    });
    expect((await seenBy(run)).filter((each) => !/focus|show/.test(each))).toEqual(['before-quit']);
    await run.control.quit();
    expect(await run.ended).toBe(0);
    const said = JSON.parse(
      run
        .output()
        .split('\n')
        .find((line) => line.startsWith('['))!,
    ) as string[];
    expect(said.filter((each) => !/focus|show|blur/.test(each))).toEqual([
      'before-quit',
      'before-quit',
      'close',
      'closed',
      'will-quit',
      'quit 0',
    ]);
  });

  test('a window that stays ends the quitting', async ({ run }) => {
    await openWindow(run);
    await run.evaluate(({ BrowserWindow, app }) => {
      BrowserWindow.fromId(1)?.on('close', (event) => event.preventDefault());
      app.quit();
    });
    expect(await windowOf(run)).toBeDefined();
    expect(run.running()).toBe(true);
  });
});

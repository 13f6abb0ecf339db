import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, openWindow, seenBy, test } from './fixtures.ts';

const WORKER = path.resolve(import.meta.dirname, '../app/worker.mjs');

test.describe('what is not covered', () => {
  test('throws instead of giving undefined', async ({ run }) => {
    const words = await run.evaluate((electron) => {
      const uses: (() => unknown)[] = [
        () => electron.app.getGPUFeatureStatus(),
        () => electron.autoUpdater.checkForUpdates(),
        () => new electron.WebContentsView(),
        () => electron.app.on('gpu-info-update', () => undefined),
        () => new electron.BrowserWindow({ kiosk: true }),
        () => new electron.BrowserWindow({ webPreferences: { sandbox: false } }),
        () => electron.powerMonitor.getSystemIdleState(1),
        () => electron.Menu.buildFromTemplate([{ role: 'recentDocuments' }]),
      ];
      return uses.map((use) => {
        try {
          use();
          return 'nothing thrown';
        } catch (error) {
          return String(error);
        }
      });
    });
    for (const each of words) expect(each).toContain('not in the double: ');
    expect(await run.evaluate(({ app }) => app.dock === undefined)).toBe(true);
  });
});

test.describe('one instance', () => {
  test('a second start hands over its arguments and ends; a killed one leaves no lock', async ({
    run,
    launch,
  }) => {
    const second = await launch({ args: ['demo://chat/1'] });
    expect(await second.ended).toBe(0);
    await expect.poll(() => seenBy(run)).toContain('second-instance demo://chat/1 {"from":"second"}');
    await run.kill();
    const third = await launch();
    await third.control.endpoint();
    expect(await seenBy(third)).toEqual(['ready']);
  });
});

test.describe('ending', () => {
  const group = (pid: number): string[] =>
    execFileSync('ps', ['-eo', 'pgid=,stat=,args='])
      .toString()
      .split('\n')
      .filter((line) => Number(line.trim().split(/\s+/)[0]) === pid && !/^\s*\d+\s+Z/.test(line));

  test('by SIGKILL takes Chromium and utility processes along', async ({ run }) => {
    await openWindow(run);
    await run.evaluate(
      ({ utilityProcess }, worker) => void utilityProcess.fork(worker, [], { stdio: 'ignore' }),
      WORKER,
    );
    expect(group(run.pid).length).toBeGreaterThan(5);
    await run.kill();
    await expect.poll(() => group(run.pid)).toEqual([]);
  });
  test('by SIGTERM quits in order', async ({ run }) => {
    await openWindow(run);
    expect(await run.stop()).toBe(0);
    await expect.poll(() => group(run.pid)).toEqual([]);
  });
  test('of the main process alone leaves nothing behind', async ({ run }) => {
    await openWindow(run);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    await expect.poll(() => group(run.pid), { timeout: 10_000 }).toEqual([]);
  });
});

test.describe('a utility process', () => {
  test('speaks through parentPort alone, and its end is told', async ({ run }) => {
    const said = await run.evaluate(async ({ utilityProcess, app }, worker) => {
      const heard: unknown[] = [];
      app.on('child-process-gone', (_event, { type, reason, name }) => heard.push([type, reason, name]));
      const child = utilityProcess.fork(worker, ['one'], {
        serviceName: 'Worker',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout?.on('data', (piece: Buffer) => heard.push(String(piece).trim()));
      const next = (): Promise<unknown> =>
        new Promise((done) => child.once('message', (message: unknown) => done(message)));
      heard.push(await next());
      const answer = next();
      child.postMessage(new Map([['k', 1]]));
      heard.push(JSON.stringify(await answer));
      const code = new Promise((done) => child.once('exit', done));
      child.postMessage('end');
      heard.push(await code, child.pid === undefined);
      return heard;
    }, WORKER);
    expect(said).toEqual(
      expect.arrayContaining([
        'up',
        'worker says hello',
        '{"got":{},"send":"undefined","type":"utility","args":["one"]}',
        3,
        true,
        ['Utility', 'abnormal-exit', 'Worker'],
      ]),
    );
    expect(said).toHaveLength(6);
  });
});

test.describe('the desktop', () => {
  test('shows notifications, and their fate comes back', async ({ run, desktop }) => {
    const { notifications } = desktop;
    const before = notifications.shown.length;
    await run.evaluate(({ Notification }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      for (const title of ['clicked', 'dismissed', 'closed']) {
        const one = new Notification({ title, body: 'words', silent: true });
        one.on('show', () => {
          seen.push(`${title} show`);
          if (title === 'closed') one.close();
        });
        one.on('click', () => seen.push(`${title} click`));
        one.on('close', ({ reason }) => seen.push(`${title} close ${reason}`));
        one.show();
      }
    });
    await expect.poll(() => notifications.shown.length).toBe(before + 3);
    const shown = notifications.shown.slice(before);
    expect(shown.find(({ title }) => title === 'clicked')).toMatchObject({ app: 'Hark', body: 'words' });
    await expect.poll(() => seenBy(run)).toContain('closed close applicationHidden');
    notifications.click(shown.find(({ title }) => title === 'clicked')!.id);
    notifications.close(shown.find(({ title }) => title === 'dismissed')!.id);
    await expect
      .poll(() => seenBy(run))
      .toEqual(
        expect.arrayContaining([
          'clicked show',
          'clicked click',
          'clicked close userCanceled',
          'dismissed close userCanceled',
        ]),
      );
    expect(await seenBy(run)).not.toContain('dismissed click');

    notifications.refuse('not today');
    const failed = await run.evaluate(
      ({ Notification }) =>
        new Promise((done) => {
          const one = new Notification({ title: 'refused' });
          one.on('failed', (_event, error) => done(error));
          one.on('show', () => done('shown'));
          one.show();
        }),
    );
    notifications.refuse(null);
    expect(failed).toContain('not today');
  });

  test('has menus and a tray that a test can click', async ({ run }) => {
    await run.evaluate(({ Menu, Tray, nativeImage }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      Menu.setApplicationMenu(
        Menu.buildFromTemplate([
          {
            label: '&File',
            submenu: [
              { label: 'New', click: () => seen.push('new') },
              { type: 'separator' },
              { role: 'quit' },
            ],
          },
        ]),
      );
      const tray = new Tray(nativeImage.createFromPath('/nowhere.png'));
      tray.setToolTip('Tip');
      tray.on('click', () => seen.push('tray'));
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: 'Off', enabled: false },
          { label: 'On', click: () => seen.push('on') },
        ]),
      );
    });
    await run.control.clickMenu('File', 'New');
    await run.control.clickTray();
    await run.control.clickTrayMenu('On');
    expect(await seenBy(run)).toEqual(['ready', 'new', 'tray', 'on']);
    await expect(run.control.clickTrayMenu('Off')).rejects.toThrow('disabled');
    await expect(run.control.clickMenu('File', 'Gone')).rejects.toThrow('has no “Gone”');
    expect(await run.control.tray()).toMatchObject({ tooltip: 'Tip' });
    await run.control.clickMenu('File', 'Quit');
    expect(await run.ended).toBe(0);
  });

  test('has power, key store, network and outside programs by hand of the test', async ({ run }) => {
    await run.evaluate(({ powerMonitor, app }) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      for (const name of ['suspend', 'resume', 'lock-screen', 'unlock-screen'] as const)
        powerMonitor.on(name as 'suspend', () => seen.push(name));
      app.on('open-url', (_event, url) => seen.push(url));
    });
    await run.control.power('suspend');
    await run.control.power('resume');
    await run.control.openUrl('demo://chat/2');
    expect(await seenBy(run)).toEqual(['ready', 'suspend', 'resume', 'demo://chat/2']);
    const ask = (): Promise<unknown> =>
      run.evaluate(async ({ powerMonitor, safeStorage, net, shell, session }) => [
        powerMonitor.getSystemIdleTime(),
        net.isOnline(),
        await safeStorage.isAsyncEncryptionAvailable(),
        safeStorage.getSelectedStorageBackend(),
        await shell.openExternal('https://example.org/').then(() => 'opened', String),
        await session.defaultSession.resolveProxy('https://example.org/'),
      ]);
    expect(await ask()).toEqual([0, true, true, 'gnome_libsecret', 'opened', 'DIRECT']);
    await run.control.set({
      idleSeconds: 90,
      online: false,
      openExternalFails: 'no browser',
      proxy: 'PROXY a:1',
      safeStorage: { available: false, backend: 'basic_text', failing: true },
    });
    expect(await ask()).toEqual([90, false, false, 'basic_text', 'Error: no browser', 'PROXY a:1']);
    const crypt = (): Promise<unknown> =>
      run.evaluate(async ({ safeStorage }) => {
        const bytes = await safeStorage.encryptStringAsync('secret');
        return [bytes.includes('secret'), (await safeStorage.decryptStringAsync(bytes)).result];
      });
    await expect(crypt()).rejects.toThrow('refused');
    await run.control.set({ safeStorage: { available: true, backend: 'gnome_libsecret', failing: false } });
    expect(await crypt()).toEqual([false, 'secret']);
    expect((await run.control.notes()).filter(({ what }) => what === 'shell.openExternal')).toHaveLength(2);
  });
});

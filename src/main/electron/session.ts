import { app, session, shell } from 'electron';
import type { Logger } from '../ports.ts';
import { externalUrl, judgeNavigation, PAGE_SCHEME } from '../shell/address.ts';
import { permissionAllowed } from '../shell/guards.ts';
import { servePage } from '../shell/pages.ts';
import type { ElectronWindows } from './windows.ts';

/** Serves our pages and refuses every permission but copying; to be called once, after `ready`. */
export function secureSession(pagesFolder: string): void {
  const own = session.defaultSession;
  own.protocol.handle(PAGE_SCHEME, (request) => servePage(pagesFolder, request));
  own.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(permissionAllowed(permission, details.requestingUrl)),
  );
  own.setPermissionCheckHandler((_contents, permission, origin) => permissionAllowed(permission, origin));
  own.setDevicePermissionHandler(() => false);
  // An answer to NTLM would hand the user's credentials to whoever asks.
  own.allowNTLMCredentialsForDomains('');
}

/** Opens an address in the system's own program when its scheme may be; resolves whether it was opened. */
export async function openOutside(url: string, log: Logger): Promise<boolean> {
  const allowed = externalUrl(url);
  if (allowed === null) {
    log.warn('an address was not opened: only http, https and mailto may be');
    return false;
  }
  try {
    await shell.openExternal(allowed);
    return true;
  } catch (error) {
    log.warn('the system could not open an address', { reason: error instanceof Error ? error.name : '' });
    return false;
  }
}

/** Guards every page there will ever be, DevTools included; to be called before the first window. */
export function guardContents(windows: ElectronWindows, log: Logger): void {
  app.on('web-contents-created', (_event, contents) => {
    const judge = (
      details: { url: string; isMainFrame: boolean; preventDefault: () => void },
      redirect: boolean,
    ): void => {
      const role = windows.find(contents)?.role;
      const verdict = role
        ? judgeNavigation({ role, url: details.url, mainFrame: details.isMainFrame, redirect })
        : ({ go: 'deny' } as const);
      if (verdict.go === 'allow') return;
      details.preventDefault();
      if (verdict.go === 'outside') void openOutside(verdict.url, log);
      else log.warn('a navigation was refused');
    };
    // Fires for the main frame too; with will-navigate beside it a link would open twice.
    contents.on('will-frame-navigate', (details) => judge(details, false));
    contents.on('will-redirect', (details) => judge(details, true));
    contents.setWindowOpenHandler(({ url }) => {
      if (windows.find(contents)) void openOutside(url, log);
      return { action: 'deny' };
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
  // Without preventDefault the certificate stays refused; this only leaves a trace.
  app.on('certificate-error', (_event, _contents, _url, error) =>
    log.warn('a certificate was refused', { error }),
  );
  // Electron would pick the user's first client certificate.
  app.on('select-client-certificate', (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer();
  });
}

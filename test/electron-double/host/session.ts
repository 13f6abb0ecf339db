import {
  carriedPatterns,
  isRegistered,
  registerScheme,
  toCarried,
  toOwn,
  type Privileges,
} from './addresses.ts';
import type { Answer } from './cdp.ts';
import { hand } from './hand.ts';
import { missing, strict, StrictEmitter } from './missing.ts';
import type { WebContents } from './web-contents.ts';

type ProtocolHandler = (request: Request) => Response | Promise<Response>;
type RequestHandler = (
  contents: WebContents,
  permission: string,
  answer: (granted: boolean) => void,
  details: { requestingUrl: string; isMainFrame: boolean },
) => void;
type CheckHandler = (
  contents: WebContents | null,
  permission: string,
  origin: string,
  details: { requestingUrl: string; isMainFrame: boolean },
) => boolean;

/** Electron's name of a permission (api/session) and Chromium's (Browser.setPermission). */
const PERMISSIONS: [electron: string, chromium: string][] = [
  ['clipboard-sanitized-write', 'clipboard-write'],
  ['clipboard-read', 'clipboard-read'],
  ['geolocation', 'geolocation'],
  ['notifications', 'notifications'],
  ['midi', 'midi'],
  ['midiSysex', 'midi-sysex'],
  ['idle-detection', 'idle-detection'],
  ['media', 'camera'],
  ['media', 'microphone'],
  ['window-management', 'window-management'],
];

const protocolHandlers = new Map<string, ProtocolHandler>();
let frozen = false;
let onRequest: RequestHandler | null = null;
let onCheck: CheckHandler | null = null;

/** Docs: api/protocol: may be called once, and before `ready` only. */
export function registerSchemesAsPrivileged(schemes: { scheme: string; privileges?: Privileges }[]): void {
  if (frozen) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
  for (const { scheme, privileges = {} } of schemes) {
    if (privileges.standard !== true) missing('a registered scheme that is not standard');
    registerScheme(scheme, privileges);
  }
}
export const freezeSchemes = (): void => void (frozen = true);

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged,
  handle: (scheme: string, handler: ProtocolHandler): void => {
    if (!isRegistered(scheme)) missing(`protocol.handle('${scheme}'): only registered schemes`);
    if (protocolHandlers.has(scheme)) throw new Error(`The scheme has been registered: ${scheme}`);
    protocolHandlers.set(scheme, handler);
  },
  unhandle: (scheme: string): void => void protocolHandlers.delete(scheme),
  isProtocolHandled: (scheme: string): boolean => protocolHandlers.has(scheme),
});

class Session extends StrictEmitter {
  constructor() {
    super('session', []);
  }
  protocol = protocol;
  setPermissionRequestHandler = (handler: RequestHandler | null): void => void (onRequest = handler);
  setPermissionCheckHandler = (handler: CheckHandler | null): void => void (onCheck = handler);
  /** Asked for USB, HID and serial devices, which a page under DevTools never gets to. */
  setDevicePermissionHandler = (): void => undefined;
  allowNTLMCredentialsForDomains = (domains: string): void =>
    hand.note('session.allowNTLMCredentialsForDomains', domains);
  /** Docs: a list as in a PAC file. By hand of the test. */
  resolveProxy = async (url: string): Promise<string> => {
    hand.note('session.resolveProxy', url);
    return hand.state.proxy;
  };
  addWordToSpellCheckerDictionary = (): boolean => missing('session.addWordToSpellCheckerDictionary');
  _patterns = (): object[] => [...carriedPatterns(), { urlPattern: '*', resourceType: 'Document' }];
}

export const defaultSession = strict('session', new Session());
export const session = strict('session', { defaultSession });

/**
 * Chromium under DevTools asks nobody for a permission; it is granted or denied beforehand. So both handlers are
 * asked for every permission that has a name in both worlds, once per window, for the origins of ours.
 */
export async function applyPermissions(contents: WebContents): Promise<void> {
  for (const scheme of protocolHandlers.keys()) {
    const requestingUrl = `${scheme}://app/`;
    const details = { requestingUrl, isMainFrame: true };
    for (const [permission, name] of PERMISSIONS) {
      const checked = onCheck ? onCheck(contents, permission, requestingUrl, details) : true;
      let requested = true;
      if (onRequest) {
        const ask = onRequest;
        requested = await new Promise<boolean>((resolve) => ask(contents, permission, resolve, details));
      }
      const setting = checked && requested ? 'granted' : 'denied';
      await contents
        ._send('Browser.setPermission', {
          permission: { name },
          setting,
          origin: new URL(toCarried(requestingUrl)).origin,
        })
        .catch(() => undefined); // a permission this Chromium does not know is not given either
    }
  }
}

/** Answers a request of a page: from a protocol handler for the schemes of ours, else from the network. */
export async function serveRequest(contents: WebContents, paused: Answer): Promise<void> {
  const { requestId, request } = paused;
  const own = toOwn(request.url as string);
  const handler = protocolHandlers.get(own.slice(0, own.indexOf(':')));
  try {
    if (own === request.url) {
      await contents._send('Fetch.continueRequest', { requestId });
      return;
    }
    if (!handler) {
      await contents._send('Fetch.failRequest', { requestId, errorReason: 'Failed' });
      return;
    }
    const method = request.method as string;
    const headers = { ...(request.headers as Record<string, string>) };
    const body =
      method === 'GET' || method === 'HEAD' ? null : ((request.postData as string | undefined) ?? '');
    const answer = await handler(new Request(own, { method, headers, body }));
    await contents._send('Fetch.fulfillRequest', {
      requestId,
      responseCode: answer.status,
      responseHeaders: [...answer.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await answer.arrayBuffer()).toString('base64'),
    });
  } catch (error) {
    // Docs: api/protocol: a handler that throws fails the request.
    hand.note('protocol.handle failed', String(error));
    contents._send('Fetch.failRequest', { requestId, errorReason: 'Failed' }).catch(() => undefined); // it closes
  }
}

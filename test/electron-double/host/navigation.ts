import { isRegistered, toCarried, toOwn } from './addresses.ts';
import type { Answer } from './cdp.ts';
import { refuseNextOrphan } from './engine.ts';
import { DoubleEvent, missing } from './missing.ts';
import type { WebContents } from './web-contents.ts';

/** Events of web contents that the double emits, or lets a test emit (devtools-*). Docs: api/web-contents. */
export const CONTENTS_EVENTS = [
  '_painted',
  'context-menu',
  'destroyed',
  'devtools-closed',
  'devtools-focused',
  'devtools-opened',
  'did-fail-load',
  'did-finish-load',
  'did-navigate',
  'did-navigate-in-page',
  'did-start-loading',
  'did-stop-loading',
  'dom-ready',
  'page-title-updated',
  'render-process-gone',
  // A <webview> is an unknown element to Chromium, so this never comes; refusing it is right either way.
  'will-attach-webview',
  'will-frame-navigate',
  'will-navigate',
  'will-redirect',
] as const;

const LOADED_BY_CHROMIUM = new Set(['http:', 'https:', 'about:', 'data:', 'blob:', 'javascript:']);
const withoutFragment = (url: string): string => url.split('#')[0] ?? '';

/**
 * Turns Chromium's requests into Electron's navigation events; what is let through goes to `serve`.
 * Docs: api/web-contents: `will-frame-navigate` for any frame, `will-navigate` after it for the main one, both
 * only when a page or user asks and not for loadURL; `will-redirect` when a server redirects. All can be refused.
 */
export function judgeRequest(
  contents: WebContents,
  on: (method: string, listener: (params: Answer) => void) => void,
  serve: (request: Answer) => void,
): void {
  const ask = (event: string, frameId: string, url: string): boolean => {
    const isMainFrame = frameId === contents._targetId;
    const details = Object.assign(new DoubleEvent(), {
      url: toOwn(url),
      isMainFrame,
      isSameDocument: false,
      frame: contents._frames.get(frameId) ?? null,
    });
    contents.emit(event, details, details.url);
    if (!details.defaultPrevented && event === 'will-frame-navigate' && isMainFrame)
      contents.emit('will-navigate', details, details.url);
    return !details.defaultPrevented;
  };
  const open = (url: string, frameName: string, features: string[], disposition: string): void =>
    contents._open({ url: toOwn(url), frameName, features: features.join(','), disposition });

  /** Addresses of ours that were asked about under their own scheme and are now on their way carried. */
  const granted = new Set<string>();
  on('Page.windowOpen', ({ url, windowName, windowFeatures }) =>
    open(url as string, windowName as string, windowFeatures as string[], 'foreground-tab'),
  );
  on('Page.frameRequestedNavigation', ({ frameId, url, disposition }) => {
    const to = url as string;
    if (disposition !== 'currentTab') {
      // A click with Ctrl or Shift asks for a window without window.open.
      if (disposition === 'download') return;
      refuseNextOrphan();
      open(to, '', [], disposition === 'newWindow' ? 'new-window' : 'background-tab');
      return;
    }
    const { protocol } = new URL(to);
    if (granted.delete(to)) return;
    if (LOADED_BY_CHROMIUM.has(protocol)) {
      contents._requested.set(frameId as string, withoutFragment(to));
      return;
    }
    // Chromium makes no request for these: the question is asked here.
    if (!ask('will-frame-navigate', frameId as string, to) || !isRegistered(protocol.slice(0, -1))) return;
    if (frameId !== contents._targetId)
      missing('a frame that goes to a registered scheme by its full address');
    const carried = toCarried(to);
    granted.add(carried);
    // By the page itself, so that it comes after the attempt Chromium drops and is not dropped with it.
    const expression = `location.assign(${JSON.stringify(carried)})`;
    contents._send('Runtime.evaluate', { expression }).catch(() => undefined); // it closes
  });
  on('Fetch.requestPaused', (request) => {
    const { requestId, frameId, resourceType, redirectedRequestId, request: what } = request;
    if (resourceType !== 'Document') return serve(request);
    const isMainFrame = frameId === contents._targetId;
    const wanted = contents._requested.get(frameId as string) === withoutFragment(what.url as string);
    if (wanted) contents._requested.delete(frameId as string);
    let go = true;
    if (redirectedRequestId !== undefined) go = ask('will-redirect', frameId as string, what.url as string);
    else if (wanted || !isMainFrame) go = ask('will-frame-navigate', frameId as string, what.url as string);
    if (go) return serve(request);
    contents._send('Fetch.failRequest', { requestId, errorReason: 'Aborted' }).catch(() => undefined); // it closes
  });
}

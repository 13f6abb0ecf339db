/** Windows' AppUserModelID and the builder's appId: they must be equal, or toast clicks are lost. */
export const APP_ID = 'chat.hark.desktop';
/** The name people see; also the base of the user data folder. */
export const APP_NAME = 'Hark';
/** Scheme of links into the app, as in `hark://chat/<id>`. */
export const LINK_SCHEME = 'hark';
/** The one request channel and the one event channel between windows and the main process. */
export const REQUEST_CHANNEL = 'hark:request';
export const EVENT_CHANNEL = 'hark:event';

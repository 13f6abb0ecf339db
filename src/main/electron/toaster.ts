import { Notification } from 'electron';
import type { Clock, Toaster } from '../ports.ts';
import { createToaster, idOfActivation } from '../shell/toasts.ts';
import type { NativeToast } from '../shell/toasts.ts';

function nativeToast(toast: { id: string; title: string; body: string }): NativeToast {
  // Silent: the chime is the app's own and follows the user's setting.
  const native = new Notification({ id: toast.id, title: toast.title, body: toast.body, silent: true });
  return {
    on: (happening, listener) => {
      if (happening === 'show') native.on('show', () => listener());
      else if (happening === 'click') native.on('click', () => listener());
      else if (happening === 'close') native.on('close', () => listener());
      else native.on('failed', (_event, error) => listener(error));
    },
    show: () => native.show(),
    close: () => native.close(),
  };
}

/** Native notifications; a click calls `clicked` with the toast's chat. To be called after `ready`. */
export function createElectronToaster(options: {
  clock: Clock;
  clicked: (chatId: string | null) => void;
}): Toaster {
  const toaster = createToaster({
    clock: options.clock,
    supported: () => Notification.isSupported(),
    make: nativeToast,
    clicked: options.clicked,
  });
  // Clicks in the notification centre of Windows reach no object, also not after a restart.
  if (process.platform === 'win32')
    Notification.handleActivation((details) => toaster.activated(idOfActivation(details.arguments)));
  return toaster;
}

import { AlertDialog, Dialog } from 'radix-ui';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { AppError } from '../../shared/result.ts';
import { Button } from './button.tsx';

/*
 * The shade is our own element, not Radix's Overlay: Overlay locks scrolling by a <style> element made at run
 * time, which the content security policy refuses. Our body never scrolls.
 */

/** Asks before something that cannot be undone. `onConfirm` returns an error to keep the dialog open. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  confirm,
  onConfirm,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Words of the button that does it. */
  confirm: string;
  onConfirm: () => Promise<AppError | null>;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const go = async (): Promise<void> => {
    setBusy(true);
    const failure = await onConfirm();
    setBusy(false);
    setError(failure?.message ?? null);
    if (failure === null) onClose();
  };
  const close = (): void => {
    setError(null);
    onClose();
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <AlertDialog.Portal>
        <div className="dialog-shade">
          <AlertDialog.Content className="dialog">
            <AlertDialog.Title asChild>
              <h2>{title}</h2>
            </AlertDialog.Title>
            <AlertDialog.Description asChild>
              <div>{children}</div>
            </AlertDialog.Description>
            {error !== null && (
              <p className="field-error" role="alert">
                {error}
              </p>
            )}
            <div className="dialog-buttons">
              <AlertDialog.Cancel asChild>
                <Button>Cancel</Button>
              </AlertDialog.Cancel>
              <Button look="danger-fill" busy={busy} onClick={() => void go()}>
                {confirm}
              </Button>
            </div>
          </AlertDialog.Content>
        </div>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** A dialog with a form of its own. Clicking beside it does not throw away what was typed. */
export function FormDialog({
  open,
  onClose,
  title,
  wide = false,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <div className="dialog-shade">
          <Dialog.Content
            className={`dialog ${wide ? 'wide' : ''}`}
            aria-describedby={undefined}
            onPointerDownOutside={(event) => event.preventDefault()}
          >
            <Dialog.Title asChild>
              <h2>{title}</h2>
            </Dialog.Title>
            {children}
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';
import { Button } from './button.tsx';
import { StatePanel } from './states.tsx';

/** A fault while drawing never leaves a blank window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error('Hark: drawing failed.', error, info.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <StatePanel
        page
        title="This window could not be drawn"
        action={
          <Button look="primary" onClick={() => location.reload()}>
            Reload the window
          </Button>
        }
      >
        <p>Your chats and settings are safe: they are kept outside of this window.</p>
      </StatePanel>
    );
  }
}

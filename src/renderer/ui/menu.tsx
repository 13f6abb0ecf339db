import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

/** A menu under its trigger. Not modal: Radix's modal menu needs a run-time <style>, which the policy refuses. */
export function Menu({
  trigger,
  children,
  align = 'start',
  side = 'bottom',
  onCloseAutoFocus,
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom';
  onCloseAutoFocus?: (event: Event) => void;
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={onCloseAutoFocus}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** One action of a menu. */
export function MenuItem({
  icon,
  danger = false,
  onSelect,
  disabled,
  children,
}: {
  icon?: ReactNode;
  danger?: boolean;
  onSelect: () => void;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      className={`menu-item ${danger ? 'danger' : ''}`}
      onSelect={onSelect}
      disabled={disabled}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

/** A line between groups of a menu. */
export function MenuLine() {
  return <DropdownMenu.Separator className="menu-line" />;
}

import { ChevronsUpDown, LogOut, Settings as SettingsIcon, ShieldCheck } from 'lucide-react';
import type { User } from '../../shared/domain.ts';
import { useBridge } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { useOpenWindow } from '../lib/windows.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';

/** The profile at the bottom left: Settings first, since that is what people come here for. */
export function ProfileMenu({ user }: { user: User }) {
  const bridge = useBridge();
  const openWindow = useOpenWindow();
  const signOut = async (): Promise<void> => {
    const result = await bridge.request('account.sign_out', {});
    if (!result.ok) flash(result.error.message, 'bad');
  };
  return (
    <div className="profile">
      <Menu
        side="top"
        trigger={
          <button type="button" className="profile-button" aria-label={`Profile: ${user.name}`}>
            <Avatar name={user.name} imageUrl={user.profileImageUrl} />
            <span className="ellipsis grow" title={`${user.name} – ${user.email}`}>
              {user.name}
            </span>
            <ChevronsUpDown size={16} className="muted" aria-hidden="true" />
          </button>
        }
      >
        <MenuItem icon={<SettingsIcon size={16} />} onSelect={() => void openWindow('settings')}>
          Settings
        </MenuItem>
        {user.role === 'admin' && (
          <MenuItem icon={<ShieldCheck size={16} />} onSelect={() => void openWindow('admin')}>
            Admin Panel
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={<LogOut size={16} />} onSelect={() => void signOut()}>
          Sign out
        </MenuItem>
      </Menu>
    </div>
  );
}

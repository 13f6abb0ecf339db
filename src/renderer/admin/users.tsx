import { ArrowDown, ArrowUp, Trash2, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { AdminUser, Role, User } from '../../shared/domain.ts';
import type { RouteInput } from '../../shared/ipc/routes.ts';
import { useAct, useAsk, useBridge } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { ROLE_LABELS } from '../lib/labels.ts';
import { fullTime, relativeTime } from '../lib/time.ts';
import { useDebounced } from '../lib/use-debounced.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { ConfirmDialog, FormDialog } from '../ui/dialog.tsx';
import { SelectField, TextField, fieldError } from '../ui/field.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';

const ROLES: readonly Role[] = ['pending', 'user', 'admin'];
type Order = NonNullable<RouteInput<'admin.list_users'>['orderBy']>;
const COLUMNS: readonly (readonly [Order, string])[] = [
  ['name', 'Name'],
  ['email', 'Email'],
  ['role', 'Role'],
  ['last_active_at', 'Last active'],
];

function AddUserForm({ onClose }: { onClose: (added: boolean) => void }) {
  const [user, setUser] = useState({ name: '', email: '', password: '', role: 'user' as Role });
  const add = useAct('admin.add_user');
  const submit = async (): Promise<void> => {
    const result = await add.run(user);
    if (!result.ok) return;
    flash(`${user.name} was added.`);
    onClose(true);
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label="Name"
        autoComplete="off"
        value={user.name}
        onChange={(event) => setUser({ ...user, name: event.target.value })}
        error={fieldError(add.error, 'name')}
      />
      <TextField
        label="Email"
        type="email"
        autoComplete="off"
        value={user.email}
        onChange={(event) => setUser({ ...user, email: event.target.value })}
        error={fieldError(add.error, 'email')}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        hint="Tell it to the person; they can change it in their settings."
        value={user.password}
        onChange={(event) => setUser({ ...user, password: event.target.value })}
        error={fieldError(add.error, 'password')}
      />
      <SelectField
        label="Role"
        options={ROLES.map((role) => [role, ROLE_LABELS[role]] as const)}
        value={user.role}
        onValue={(role) => setUser({ ...user, role })}
      />
      {add.error !== null && add.error.field === undefined && (
        <p className="field-error" role="alert">
          {add.error.message}
        </p>
      )}
      <div className="dialog-buttons">
        <Button onClick={() => onClose(false)}>Cancel</Button>
        <Button type="submit" look="primary" busy={add.busy}>
          Add
        </Button>
      </div>
    </form>
  );
}

function UserRow({
  user,
  isMe,
  onDelete,
  onChanged,
}: {
  user: AdminUser;
  isMe: boolean;
  onDelete: () => void;
  onChanged: () => void;
}) {
  const setRole = useAct('admin.set_role');
  const change = async (role: Role): Promise<void> => {
    const result = await setRole.run({ id: user.id, role });
    if (!result.ok) flash(result.error.message, 'bad');
    onChanged();
  };
  return (
    <tr>
      <td data-label="Name">
        <span className="row">
          <Avatar name={user.name} imageUrl={user.profileImageUrl} />
          <span className="ellipsis" title={user.name}>
            {user.name}
          </span>
          {isMe && <span className="chip">You</span>}
        </span>
      </td>
      <td data-label="Email" className="ellipsis" title={user.email}>
        {user.email}
      </td>
      <td data-label="Role">
        <span className="row">
          <select
            className="input role-select"
            aria-label={`Role of ${user.name}`}
            title={isMe ? 'Another admin can change your role.' : undefined}
            value={user.role}
            disabled={isMe || setRole.busy}
            onChange={(event) => void change(event.target.value as Role)}
          >
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {ROLE_LABELS[role]}
              </option>
            ))}
          </select>
          {user.role === 'pending' && (
            <Button
              small
              look="primary"
              busy={setRole.busy}
              aria-label={`Activate ${user.name}`}
              onClick={() => void change('user')}
            >
              Activate
            </Button>
          )}
        </span>
      </td>
      <td
        data-label="Last active"
        className="muted"
        title={user.lastActiveAt === null ? undefined : fullTime(user.lastActiveAt * 1000)}
      >
        {user.lastActiveAt === null ? 'never' : relativeTime(user.lastActiveAt * 1000)}
      </td>
      <td className="user-actions">
        <IconButton
          label={`Delete ${user.name}`}
          disabled={isMe}
          title={isMe ? 'You cannot delete your own account here.' : `Delete ${user.name}`}
          onClick={onDelete}
        >
          <Trash2 size={16} />
        </IconButton>
      </td>
    </tr>
  );
}

/** Everyone with an account: roles, activation, deletion. */
export function Users({ me }: { me: User }) {
  const bridge = useBridge();
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const [order, setOrder] = useState<{ by: Order; direction: 'asc' | 'desc' }>({
    by: 'name',
    direction: 'asc',
  });
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<AdminUser | null>(null);
  const query = useDebounced(text.trim(), 250);
  const list = useAsk(
    'admin.list_users',
    { page, query, orderBy: order.by, direction: order.direction },
    { keepPrevious: true, everyMs: 10_000 },
  );
  const refresh = (): void => void list.refetch();
  const pages = Math.max(1, Math.ceil((list.data?.total ?? 0) / (list.data?.perPage ?? 30)));
  const sort = (by: Order): void => {
    setPage(1);
    setOrder({ by, direction: order.by === by && order.direction === 'asc' ? 'desc' : 'asc' });
  };

  return (
    <div className="page full">
      <div className="row wrap users-head">
        <h1 className="grow">Users</h1>
        <input
          className="input user-search"
          aria-label="Search users"
          placeholder="Search users"
          value={text}
          maxLength={200}
          onChange={(event) => {
            setText(event.target.value);
            setPage(1);
          }}
        />
        <Button onClick={() => setAdding(true)}>
          <UserPlus size={16} aria-hidden="true" /> Add user
        </Button>
      </div>
      {list.isPending && <Loading />}
      {list.error !== null && (
        <FailurePanel error={list.error.error} busy={list.isFetching} onRetry={refresh} />
      )}
      {list.data !== undefined && list.data.users.length === 0 && (
        <p className="muted" role="status">
          {query === '' ? 'There are no users on this page.' : `Nobody is called “${query}”.`}
        </p>
      )}
      {list.data !== undefined && list.data.users.length > 0 && (
        <table className="users" aria-busy={list.isFetching}>
          <caption className="visually-hidden">Users</caption>
          <thead>
            <tr>
              {COLUMNS.map(([by, words]) => (
                <th
                  key={by}
                  scope="col"
                  aria-sort={
                    order.by === by ? (order.direction === 'asc' ? 'ascending' : 'descending') : 'none'
                  }
                >
                  <button type="button" className="sort" onClick={() => sort(by)}>
                    {words}
                    {order.by === by &&
                      (order.direction === 'asc' ? <ArrowUp size={14} /> : <ArrowDown size={14} />)}
                  </button>
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.data.users.map((user) => (
              <UserRow
                key={user.id}
                user={user}
                isMe={user.id === me.id}
                onDelete={() => setDeleting(user)}
                onChanged={refresh}
              />
            ))}
          </tbody>
        </table>
      )}
      {pages > 1 && (
        <nav className="row" aria-label="Pages of users">
          <Button small disabled={page <= 1} onClick={() => setPage(page - 1)}>
            Previous
          </Button>
          <span className="small muted" role="status">
            Page {page} of {pages} · {list.data?.total} users
          </span>
          <Button small disabled={page >= pages} onClick={() => setPage(page + 1)}>
            Next
          </Button>
        </nav>
      )}
      <FormDialog open={adding} onClose={() => setAdding(false)} title="Add user">
        <AddUserForm
          onClose={(added) => {
            setAdding(false);
            if (added) refresh();
          }}
        />
      </FormDialog>
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete ${deleting?.name ?? ''}?`}
        confirm="Delete"
        onConfirm={async () => {
          if (deleting === null) return null;
          const result = await bridge.request('admin.delete_user', { id: deleting.id });
          if (!result.ok) return result.error;
          refresh();
          return null;
        }}
      >
        The account {deleting?.email} and all its chats are deleted. This cannot be undone.
      </ConfirmDialog>
    </div>
  );
}

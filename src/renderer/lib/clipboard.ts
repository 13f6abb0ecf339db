import { flash } from './flash.ts';

/** Copies text; true when it worked, else says so. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.warn('Hark: copying failed.', error);
    flash('Copying was refused by the system. Select the text and copy it by hand.', 'bad');
    return false;
  }
}

const letters = new Intl.Segmenter();
const firstLetter = (word: string): string => letters.segment(word).containing(0)?.segment ?? '';

/** First letters of the first and last word of a name, for a picture that is not there. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = firstLetter(words[0] ?? '?');
  const last = words.length > 1 ? firstLetter(words.at(-1) ?? '') : '';
  return (first + last).toUpperCase();
}

/** A person's picture where it is part of the data, else initials: no picture is fetched from elsewhere. */
export function Avatar({ name, imageUrl }: { name: string; imageUrl: string | null }) {
  const inline = imageUrl !== null && /^data:image\/(png|jpeg|gif|webp);/i.test(imageUrl);
  return (
    <span className="avatar" aria-hidden="true" data-initials={inline ? undefined : initials(name)}>
      {inline && <img src={imageUrl} alt="" />}
    </span>
  );
}

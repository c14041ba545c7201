/** The address of an item's picture, when it is there; nothing for no item. */
import { useEffect, useState } from 'preact/hooks';

export function useItemPicture(
  id: string | undefined,
  pictureOf: (id: string, signal: AbortSignal) => Promise<string>,
): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    setAddress(undefined);
    if (id === undefined) return undefined;
    const controller = new AbortController();
    pictureOf(id, controller.signal).then(setAddress, () => {});
    return () => controller.abort();
  }, [id, pictureOf]);
  return address;
}

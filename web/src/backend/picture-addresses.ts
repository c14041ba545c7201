/** Pictures that are fetched rather than linked: each once, and only so many are kept in the page's memory. */

/** A few screens full. */
const KEPT = 400;

export class PictureAddresses {
  readonly #addresses = new Map<string, Promise<string>>();

  of(key: string, fetch: () => Promise<Blob>): Promise<string> {
    const known = this.#addresses.get(key);
    if (known) return known;
    const address = fetch().then((blob) => URL.createObjectURL(blob));
    this.#addresses.set(key, address);
    address.catch(() => this.#addresses.delete(key));
    if (this.#addresses.size > KEPT) {
      const [oldest, gone] = this.#addresses.entries().next().value!;
      this.#addresses.delete(oldest);
      gone.then(URL.revokeObjectURL, () => {});
    }
    return address;
  }
}

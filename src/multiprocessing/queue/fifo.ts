/** First in, first out, each in constant time. Elements come out in a box, since `undefined` may be one of them. */
export class Fifo<T> {
  #first: Box<T> | undefined;
  #last: Box<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    const box: Box<T> = { value, next: undefined };
    if (this.#last === undefined) this.#first = box;
    else this.#last.next = box;
    this.#last = box;
    this.#length += 1;
  }

  shift(): { readonly value: T } | undefined {
    const box = this.#first;
    if (box === undefined) return undefined;
    this.#first = box.next;
    if (this.#first === undefined) this.#last = undefined;
    this.#length -= 1;
    return box;
  }
}

interface Box<T> {
  readonly value: T;
  next: Box<T> | undefined;
}

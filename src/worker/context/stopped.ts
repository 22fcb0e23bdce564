/** Thrown where a worker that was told to stop would go on with an entry: it is neither done nor failed then. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

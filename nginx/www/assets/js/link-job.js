// Something that is done to many links: a thousand of them with each request, until all are done or somebody stops it.

import { newRepeat, send } from './api.js';

/** So many links one request changes at the most. */
export const partSize = 1000;

/**
 * A job is `{ method, step, changes, purge }` for `ids`, or for all links of a `filter`; `total` is how many there are. It can be
 * run again after a request that failed, and goes on from there.
 */
export class Job {
  done = 0;
  succeeded = 0;
  /** Those that were refused, `{ id, status, error }`. */
  refused = [];
  /** Of links that were named one by one: what they are now, and which were done. */
  links = [];
  doneIDs = [];
  isStopped = false;
  #what;
  #next = null;
  #isOver = false;
  #repeat = newRepeat();

  constructor(what) {
    this.#what = what;
  }

  get total() { return this.#what.total; }
  get isOfFilter() { return Boolean(this.#what.filter); }
  get isLong() { return this.total > partSize; }

  stop() { this.isStopped = true; }

  async run(progress) {
    while (!this.#isOver && !this.isStopped) {
      const { data } = await send(this.#request());
      this.#repeat = newRepeat();
      if (this.isOfFilter) this.#takeOfFilter(data);
      else this.#takeOfIDs(data);
      progress();
    }
  }

  #request() {
    const { method, step = '', changes, purge, filter } = this.#what;
    const whose = filter ? { filter, changes, purge, starting_after: this.#next } : this.#named(this.#part(), changes, purge);
    const repeat = method === 'POST' ? this.#repeat : undefined;
    return { method, path: `/links/${filter ? 'matching' : 'bulk'}${step}`, body: whose, repeat };
  }

  #part() { return this.#what.ids.slice(this.done, this.done + partSize); }

  #named(ids, changes, purge) {
    return changes ? { links: ids.map((id) => ({ id, ...changes })) } : { ids, purge };
  }

  #takeOfIDs({ succeeded, results }) {
    const ids = this.#part();
    results.forEach(({ status, link, error }, index) => {
      if (error) this.refused.push({ id: ids[index], status, error });
      else this.doneIDs.push(ids[index]);
      if (link) this.links.push(link);
    });
    this.done += ids.length;
    this.succeeded += succeeded;
    this.#isOver = this.done >= this.#what.ids.length;
  }

  #takeOfFilter({ matched, succeeded, refused, has_more: hasMore, next_cursor: next }) {
    this.done += matched;
    this.succeeded += succeeded;
    this.refused.push(...refused);
    this.#next = next;
    this.#isOver = !hasMore;
  }
}

import { byCodePoint } from '../../../src/core/base/order.ts';

/** Calls that are united because they share a file. A union is named by its first member. */
export interface Unions {
  /** Returns the first member of a group's union; the group itself if it shares no file. */
  root(group: string): string;
  /** Returns all members of a root's union, in order. */
  members(root: string): readonly string[];
}

/** Opens unions, which unite calls in pairs. Memory holds only calls that share a file. */
export function openUnions(): {
  /** Unites two calls that share a file. */
  join(a: string, b: string): void;
  /** Returns the resulting unions. */
  settled(): Unions;
} {
  const parent = new Map<string, string>();
  const sharing = new Set<string>();
  const find = (group: string): string => {
    let root = group;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    // Shortens the path for the next search.
    for (let at = group; at !== root; ) {
      const up = parent.get(at) ?? root;
      parent.set(at, root);
      at = up;
    }
    return root;
  };
  return {
    join: (a, b) => {
      sharing.add(a).add(b);
      const [one, other] = [find(a), find(b)];
      // The smaller name becomes the root, so that it comes first when calls are walked in order.
      const order = byCodePoint(one, other);
      if (order < 0) parent.set(other, one);
      else if (order > 0) parent.set(one, other);
    },
    settled: () => {
      const members = new Map<string, string[]>();
      for (const group of [...sharing].sort(byCodePoint)) {
        const root = find(group);
        const known = members.get(root);
        if (known === undefined) members.set(root, [group]);
        else known.push(group);
      }
      return { root: find, members: (root) => members.get(root) ?? [root] };
    },
  };
}

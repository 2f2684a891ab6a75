/** What the parts of one view share. */

import type { Request } from "./protocol";
import type { Store } from "./store";
import type { Theme } from "./theme";

export interface Context {
  store: Store;
  theme: () => Theme;
  send: (request: Request) => void;
  /** Index of the training job whose detail is open. */
  opened: () => number | null;
  open: (index: number) => void;
  close: () => void;
  /** Go to another tab. */
  goTo: (tab: string) => void;
  kernelNow: () => number;
}

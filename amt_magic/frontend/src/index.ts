/** The widget as anywidget loads it: one view for each time it is displayed. */

import type { AnyModel, RenderProps } from "@anywidget/types";
import uPlotStyle from "uplot/dist/uPlot.min.css";

import { element } from "./dom";
import type { Message } from "./protocol";
import style from "./style.css";
import { View } from "./view";

interface Traits {
  name: string;
  behind: string;
}

const GRACE = 2000; // milliseconds in which a connection may come back

function render({ model, el }: RenderProps<Traits>): () => void {
  const view = new View(String(model.get("name") ?? ""), (request) =>
    model.send(request),
  );
  const behind = hidden(String(model.get("behind") ?? ""));
  const styles = element("style", {}, uPlotStyle, style, behind);
  el.append(styles, view.root);
  const unlisten = listen(model, view);
  view.begin();
  return () => {
    unlisten();
    view.destroy();
    styles.remove();
  };
}

/** Hide the static summary that stands in for this view where it cannot live. */
function hidden(id: string): string {
  if (!/^\w+$/.test(id)) return "";
  const mark = `[data-amt-behind="${id}"]`;
  return `.jp-OutputArea-child:has(${mark}), ${mark} { display: none }`;
}

/** Hand the model's messages to a view, and tell it when they end. */
function listen(model: AnyModel<Traits>, view: View): () => void {
  let isHeard = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onMessage = (message: Message) => {
    isHeard = true;
    view.receive(message);
  };
  const onClose = () => {
    isHeard = false;
    clearTimeout(timer);
    timer = setTimeout(() => isHeard || view.lost(), GRACE);
  };
  model.on("msg:custom", onMessage);
  model.on("comm_live_update", onClose);
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", onMessage);
    model.off("comm_live_update", onClose);
  };
}

export default { render };

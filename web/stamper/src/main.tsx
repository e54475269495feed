import { render } from "preact";
import { App } from "./app";
import "./app.css";
import { awaitOffer, install } from "./installing";
import { kept } from "./keep";
import { keepSending } from "./sync";
import { say, startSpeaking } from "./words";

awaitOffer();
await startSpeaking();
const root = document.getElementById("root");
const able = await kept().then(
  () => true,
  () => false,
);
// Where a browser keeps nothing nothing may be stamped: it would be lost with the tab.
if (root) render(able ? <App /> : <p role="alert">{say("storageUnsafe")}</p>, root);
keepSending();
void install();

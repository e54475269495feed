import { render } from "preact";
import { App } from "./app";
import "./app.css";
import { awaitOffer, install } from "./installing";
import { keepSending } from "./sync";
import { startSpeaking } from "./words";

awaitOffer();
await startSpeaking();
const root = document.getElementById("root");
if (root) render(<App />, root);
keepSending();
void install();

import { queryOptions } from "@tanstack/react-query";
import { api, ProblemError, read, type Schemas } from "../../api/client";
import { accessToken } from "../../api/session";

export type Branding = Schemas["BrandingView"];
export type Logo = Schemas["LogoView"];
export type Settings = Required<Schemas["BrandSettings"]>;
export type Corners = Settings["corners"];

export const CORNERS: readonly Corners[] = ["square", "rounded", "round"];
export const TAKEN = ["image/png", "image/jpeg", "image/webp"];
export const BYTES_AT_MOST = 2 * 1024 * 1024;

export const brandingQuery = queryOptions({
  queryKey: ["branding"],
  queryFn: () => read(api.GET("/v1/api/branding")),
});

export function saveBranding(settings: Settings, version: number): Promise<Branding> {
  return read(api.PUT("/v1/api/branding", { body: { settings, version } }));
}

/**
 * Sends a picture, telling which share of it has gone; what comes back can be looked at and chosen.
 *
 * Of a fetch nobody can tell how far it is.
 */
export async function uploadLogo(file: File, onSent: (share: number) => void): Promise<Logo> {
  const token = await accessToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/api/branding/logos");
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onSent(loaded / total);
    request.onload = () => {
      const { status, statusText, response } = request;
      if (status === 201) resolve(response);
      else
        reject(
          new ProblemError(response ?? { code: "INTERNAL_ERROR", detail: statusText, status }),
        );
    };
    request.onerror = () => reject(new TypeError("The connection was lost."));
    request.send(file);
  });
}

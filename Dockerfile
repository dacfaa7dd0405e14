# docker build -t panneau . && docker run --rm -p 127.0.0.1:8080:8080 panneau
#
# The image holds the static binary, the certificate authorities and a configuration for the first minute, and nothing
# else: no shell, no package manager, nothing to patch but Panneau itself. The clocks of every zone are in the binary.
# Needs BuildKit (Docker 23 or later) or Buildah.

FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags='-s -w' -o /image/panneau ./cmd/panneau \
    && mkdir -m 0750 /image/data

FROM scratch
LABEL org.opencontainers.image.title="Panneau" \
      org.opencontainers.image.description="Tells families and teachers when a French school platform cannot be reached" \
      org.opencontainers.image.source="https://github.com/panneau-ecole/panneau" \
      org.opencontainers.image.documentation="https://github.com/panneau-ecole/panneau/blob/main/docs/fr/guide.md" \
      org.opencontainers.image.licenses="MIT"
COPY LICENSE /LICENSE
COPY docs/panneau.docker.yaml /etc/panneau/panneau.yaml
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /image/panneau /panneau
# The user is a number that belongs to nobody else, so that a cluster can see by itself that it is not root.
COPY --from=build --chown=65532:65532 /image/data /data
USER 65532:65532
# The data folder, by the name that systemd uses; there is no /tmp, so what SQLite cannot sort in memory goes there too.
ENV STATE_DIRECTORY=/data TMPDIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/panneau", "health", "-c", "/etc/panneau/panneau.yaml"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/panneau"]
CMD ["run", "-c", "/etc/panneau/panneau.yaml"]

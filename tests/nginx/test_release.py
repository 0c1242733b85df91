"""Which nginx runs: by the image's tag, where that tag is nginx's own number."""

import pytest

from dockguard.formats.nginx.home.release import before, tagged
from dockguard.source import Unknown
from tests.nginx.test_assemble import assemble, container, image

SITE = {"default.conf": "server { listen 80; }"}
MOUNT = ("default.conf", "/etc/nginx/conf.d/default.conf")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("nginx:1.25-alpine", (1, 25)),
        ("docker.io/library/nginx:1.27.3@sha256:" + "0" * 64, (1, 27, 3)),
        ("public.ecr.aws/docker/library/nginx:1.27.3", (1, 27, 3)),
        ("registry.example.org:5000/nginx:1.27.3", (1, 27, 3)),
        ("nginxinc/nginx-unprivileged:1.29.4-alpine-slim", (1, 29, 4)),
        ("openresty/openresty:1.25.3.1-alpine", (1, 25, 3)),
        ("nginx:stable", None),
        ("nginx", None),
        ("nginx:1", None),
        ("localhost:5000/team/web", None),
        ("team/nginx:2.4.1", None),
        ("registry.example.org/team/nginx:2.4.1", None),
        ("docker.angie.software/angie:1.8.0", None),
    ],
)
def test_the_tags_of_nginx_are_its_releases(name, version):
    assert tagged(name) == version


def test_before_is_not_known_where_the_tag_is_short():
    assert before((1, 25), (1, 26)) is True
    assert before((1, 25), (1, 25, 0)) is False
    assert before((1, 25), (1, 25, 1)) is None
    assert before((1, 25, 1), (1, 25, 1)) is False
    assert before(None, (1, 25, 1)) is None


def test_the_release_of_a_site_is_placed_at_the_image():
    above = container(MOUNT)
    (found,) = assemble(SITE, above)
    assert found.nginx_version.span == above.image.span
    assert found.before(1, 0) is False


def test_nobody_knows_the_release_of_files_alone():
    (found,) = assemble(SITE, container(MOUNT, picture="nginx:mainline"))
    assert found.nginx_version.value == Unknown("`nginx:mainline` does not tell the version of nginx")
    assert found.before(1, 0) is None


def test_a_build_is_as_old_as_its_base_whatever_the_result_is_called():
    (found,) = assemble(SITE, image(MOUNT))
    assert found.nginx_version.known == (1, 25)

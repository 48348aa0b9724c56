"""The files of the page and of /docs as a browser asks for them."""
import pytest

FILES = ["/", "/page/app.js", "/page/page.css", "/docs"]


def get(server, path, **headers):
    return server.session.get(server.url + path, headers={"Accept-Encoding": "identity", **headers}, timeout=10)


@pytest.mark.parametrize("path", FILES)
def test_what_the_browser_has_is_not_sent_again(server, path):
    first = get(server, path)
    tag = first.headers["ETag"]
    assert first.status_code == 200 and first.content and first.headers["Cache-Control"] == "no-cache"
    for has in (tag, f'"other", {tag}'):
        again = get(server, path, **{"If-None-Match": has})
        assert again.status_code == 304 and again.content == b"" and again.headers["ETag"] == tag
    assert get(server, path).content == first.content, "the connection goes on after an answer without body"


def test_another_version_is_sent(server):
    other = get(server, "/", **{"If-None-Match": 'W/"0123456789abcdef"'})
    assert other.status_code == 200 and other.content


def test_the_tag_is_of_the_content_and_not_of_its_encoding(server):
    plain, packed = get(server, "/page/app.js"), get(server, "/page/app.js", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and plain.content == packed.content
    assert plain.headers["ETag"] == packed.headers["ETag"] != get(server, "/").headers["ETag"]

import pytest

from dockguard.common.secrets import Kind, find_in_text, mask

from .labelled_secrets import draw

ALL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TOKEN = "gh" + "p_" + draw(ALL, 36)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("export DB_PASSWORD=Sunflower7x && run", "Sunflower7x"),
        ('export DB_PASSWORD="Sunflower 7x"; run', "Sunflower 7x"),
        ("app --password Sunflower7x", "Sunflower7x"),
        ("app --password=Sunflower7x", "Sunflower7x"),
        ("app -password Sunflower7x", "Sunflower7x"),
        ("redis-server --requirepass Sunflower7x", "Sunflower7x"),
        ("requirepass Sunflower7x", "Sunflower7x"),
        ("redis-cli -h x -a Sunflower7x ping", "Sunflower7x"),
        ("mysql -uroot -pSunflower7x db", "Sunflower7x"),
        ("sshpass -p Sunflower7x ssh host", "Sunflower7x"),
        ("sshpass -p'Sunflower7x' ssh host", "Sunflower7x"),
        ("docker login -u ada -p Sunflower7x registry.example.org", "Sunflower7x"),
        ("curl -u ada:Sunflower7x https://example.org", "Sunflower7x"),
        ("curl --user 'ada:Sunflower7x' https://example.org", "Sunflower7x"),
        ("echo 'ada:Sunflower7x' | chpasswd", "Sunflower7x"),
        ("echo ada:Sunflower7x | sudo chpasswd", "Sunflower7x"),
        ('curl -H "Authorization: Bearer Sunflower7x" https://x', "Sunflower7x"),
        ("curl -H 'X-Api-Key: Sunflower7x' https://x", "Sunflower7x"),
        ('{"password": "Sunflower7x"}', "Sunflower7x"),
        ("password: 'Sunflower7x'", "Sunflower7x"),
        ("git clone https://ada:Sunflower7x@example.org/x.git", "Sunflower7x"),
        ("openssl rsa -passin pass:Sunflower7x", "Sunflower7x"),
        ("//registry.npmjs.org/:_authToken=Sunflower7x", "Sunflower7x"),
        (f"mysql -uroot{' ' * 12}-pSunflower7x db", "Sunflower7x"),  # lines joined at a continuation keep their indent
        (f"docker login -u ada -p{' ' * 12}Sunflower7x r.example.org", "Sunflower7x"),
        (f"curl -u{' ' * 12}ada:Sunflower7x https://example.org", "Sunflower7x"),
        (f"app --password{' ' * 12}Sunflower7x", "Sunflower7x"),
        (f"password{' ' * 12}={' ' * 12}Sunflower7x", "Sunflower7x"),
        ("machine example.org login ada password Sunflower7x", "Sunflower7x"),
        ("aws configure set aws_secret_access_key Sunflower7x", "Sunflower7x"),
        ("az login --service-principal -u 1 -p Sunflower7x --tenant t", "Sunflower7x"),
        ("htpasswd -bc /etc/nginx/users ada Sunflower7x", "Sunflower7x"),
        ("htpasswd -nbB ada Sunflower7x > users", "Sunflower7x"),
        ("echo -n 'Sunflower7x' | docker login -u ada --password-stdin r.example.org", "Sunflower7x"),
        ("printf '%s' Sunflower7x | helm registry login -u ada --password-stdin r.example.org", "Sunflower7x"),
        ("mysqladmin -u root password 'Sunflower7x'", "Sunflower7x"),
        ("psql -c \"ALTER USER ada WITH ENCRYPTED PASSWORD 'Sunflower7x'\"", "Sunflower7x"),
        ("mysql -e \"CREATE USER 'ada'@'%' IDENTIFIED BY 'Sunflower7x'\"", "Sunflower7x"),
        ("keytool -genkey -alias ada -storepass Sunflower7x", "Sunflower7x"),
        (f"# left here: {TOKEN}", TOKEN),
        (f"RUN curl https://example.org/?t={TOKEN}", TOKEN),
        ('conn = "Server=db;User Id=sa;Password=Sunflower7x;"', "Sunflower7x"),
        ('proxy_set_header Authorization "Basic c3Vu' + 'Zmxvd2VyN3g6cGFzcw";', None),
    ],
)
def test_found(text, secret):
    found = find_in_text(text)
    if secret is None:
        return
    assert [text[one.start : one.end] for one in found] == [secret]
    assert secret not in mask(text, [(one.start, one.end) for one in found])


@pytest.mark.parametrize(
    "text",
    [
        "export DB_PASSWORD=$PASSWORD",
        "export DB_PASSWORD=${PASSWORD}",
        'DB_PASSWORD="$(cat /run/secrets/db)" run',
        "git config --global user.name set password now",
        'echo "$PW" | docker login -u ada --password-stdin r.example.org',
        "htpasswd -c /etc/nginx/users ada",
        "psql -c \"ALTER ROLE x WITH PASSWORD '$PW'\"",
        "app --password-file /run/secrets/x",
        "docker login -u ada --password-stdin < /run/secrets/x",
        "mysql -uroot -p db",
        'mysql -uroot -p"$PW" db',
        "mysql -h db -P 3306",
        "curl -u $USER:$TOKEN https://example.org",
        'curl -H "Authorization: Bearer $TOKEN" https://x',
        "git clone https://$USER:$TOKEN@example.org/x.git",
        "git clone git@github.com:org/repo.git",
        'echo "ada:$PW" | chpasswd',
        "sshpass -f /run/secrets/pw ssh host",
        'if [ -z "$PASSWORD" ]; then exit 1; fi',
        "PASSWORD=",
        "password = os.environ['PASSWORD']",
        "token = self.token",
        "const token = process.env.TOKEN;",
        "# the password is set at run time",
        "ssl_certificate_key /etc/nginx/tls/server.key;",
        "server_tokens off;",
        "auth_basic_user_file /etc/nginx/.htpasswd;",
        "grep -q 'BEGIN RSA PRIVATE " + "KEY' /key",
        "pip install tokenizers==0.15.0 secretstorage==3.3.3",
        "apk add --no-cache libsecret-dev keyutils",
        "gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys " + "A" * 40,
        "echo '" + "0a" * 32 + "  file.tgz' | sha256sum -c",
        "curl -fsSL https://example.org/x.tgz -o /tmp/x.tgz",
        "psql -U postgres -p 5432",
        "ssh -p 2222 host",
        "mkdir -p /run/secrets",
        "docker run -p 8080:80 nginx",
        "",
    ],
)
def test_silent(text):
    assert find_in_text(text) == ()


def test_private_key_in_a_heredoc():
    body = "\n".join(draw(ALL, 64) for _ in range(4))
    text = f"cat > /k <<EOF\n-----BEGIN RSA PRIVATE {'KEY'}-----\n{body}\n-----END RSA PRIVATE {'KEY'}-----\nEOF\n"
    (found,) = find_in_text(text)
    assert found.verdict.kind is Kind.PRIVATE_KEY
    assert body not in mask(text, [(found.start, found.end)])


def test_placeholders_are_told_apart():
    (found,) = find_in_text("export API_KEY=your-api-key-here")
    assert found.verdict.kind is Kind.PLACEHOLDER


def test_several_in_order():
    text = f"A_PASSWORD=Sunflower7x B_PASSWORD=Moonflower8y X={TOKEN}"
    assert [text[one.start : one.end] for one in find_in_text(text)] == ["Sunflower7x", "Moonflower8y", TOKEN]


def test_name_is_kept():
    (found,) = find_in_text("export DB_PASSWORD=Sunflower7x")
    assert found.name == "DB_PASSWORD"

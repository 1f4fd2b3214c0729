from shared.cli import main
from tests.toy_engine.engine import ENGINE

main(ENGINE)

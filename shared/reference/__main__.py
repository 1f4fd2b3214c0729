from shared.cli import main
from shared.reference import ENGINE

main(ENGINE)
